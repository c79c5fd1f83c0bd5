import type { TestContext } from 'node:test';
import { createDiscovery, type DiscoveryOptions } from '@verifiedfan/discovery';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { createSandbox, type DiscoveryStandInOptions, discoveryStandIn, SANDBOX_DISCOVERY } from '../../src/index.ts';

/** A clock whose sleepers wake at once, and which remembers how long they slept. */
export const createSleepyClock = () => {
  const clock = createManualClock();
  const waits: number[] = [];
  return {
    ...clock,
    waits,
    async sleep(durationMs: number) {
      waits.push(durationMs);
      await clock.advance(durationMs);
    },
  };
};

/** The client before the sandbox's stand-in. */
export const setUp = async (
  test: TestContext,
  { standIn = {}, ...options }: Partial<DiscoveryOptions> & { standIn?: DiscoveryStandInOptions } = {},
) => {
  const clock = createSleepyClock();
  const random = createSeededRandom({ seed: 1 });
  const sandbox = createSandbox({
    clock,
    random,
    standIns: [discoveryStandIn({ rateLimit: false, ...standIn })],
  });
  const url = await sandbox.listen();
  const lines: string[] = [];
  const log = { debug: (message: string, data: object) => void lines.push(JSON.stringify({ message, ...data })) };
  const discovery = createDiscovery({
    apiKey: SANDBOX_DISCOVERY.apiKey,
    clock,
    random,
    baseUrl: `${url}/discovery/discovery/v2`,
    perSecond: 1_000,
    log,
    ...options,
  });
  test.after(async () => {
    await discovery.close();
    await sandbox.close();
  });
  const controls = sandbox.standIn('discovery');
  const asked = (): string[] => controls.requests().requests.map(({ path }) => path);
  return { clock, discovery, controls, asked, lines };
};
