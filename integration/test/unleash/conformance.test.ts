import { randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { flagsSuite } from '@verifiedfan/conformance';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createUnleashFlags } from '@verifiedfan/unleash';
import { serverAddress, UNLEASH_TOKENS } from '../../src/index.ts';
import { createAdministration } from './administration.ts';

describe('Unleash', () => {
  flagsSuite({
    it,
    open: async () => {
      const address = serverAddress('unleash');
      const administration = createAdministration(address);
      // The server is shared, so the names of the cases stand for names of their own.
      const suffix = `-${randomUUID()}`;
      const named = (flag: string) => (flag === 'on' || flag === 'off' ? `${flag}${suffix}` : flag);
      await administration.create(named('on'), true);
      await administration.create(named('off'), false);
      const flags = createUnleashFlags({
        url: `${address}/api`,
        token: UNLEASH_TOKENS.backend,
        appName: 'conformance',
        refreshMs: 50,
        clock: systemClock,
        random: systemRandom,
      });
      await flags.verify();
      const settled = async (flag: string, enabled: boolean) => {
        while (flags.isEnabled(flag, !enabled) !== enabled) await sleep(10);
      };
      await settled(named('on'), true);
      await settled(named('off'), false);
      return {
        flags: {
          isEnabled: (flag, fallback) => flags.isEnabled(named(flag), fallback),
          onChange: (listener) =>
            flags.onChange((changed) =>
              listener(changed.filter((flag) => flag.endsWith(suffix)).map((flag) => flag.replace(suffix, ''))),
            ),
        },
        async change(flag, enabled) {
          await administration.change(named(flag), enabled);
          await settled(named(flag), enabled);
        },
        close: flags.close,
      };
    },
    close: async (subject) => {
      if ('close' in subject && typeof subject.close === 'function') subject.close();
    },
  });
});
