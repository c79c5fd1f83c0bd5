import assert from 'node:assert/strict';
import type { Flags } from '@verifiedfan/ports';
import { type Case, createSuite } from './suite.ts';

/** Flags with `on` switched on and `off` switched off. */
export type FlagsSubject = {
  flags: Flags;
  /** Switches a flag; resolves when the driver has learnt of it. */
  change(flag: string, enabled: boolean): Promise<void>;
};

export const flagsCases: readonly Case<FlagsSubject>[] = [
  {
    name: 'answers what is set, and the fallback for what is unknown',
    async run(open) {
      const { flags } = await open();
      assert.deepEqual([flags.isEnabled('on', false), flags.isEnabled('off', true)], [true, false]);
      assert.deepEqual([flags.isEnabled('constructor', true), flags.isEnabled('unknown', false)], [true, false]);
    },
  },
  {
    name: 'follows a change and names the flags that changed',
    async run(open) {
      const { flags, change } = await open();
      const heard: string[] = [];
      flags.onChange((changed) => heard.push(...changed));
      await change('off', true);
      assert.equal(flags.isEnabled('off', false), true);
      assert.equal(flags.isEnabled('on', false), true);
      assert.deepEqual(heard, ['off']);
    },
  },
  {
    name: 'tells a listener nothing after it has stopped, and the others everything',
    async run(open) {
      const { flags, change } = await open();
      const heard: string[] = [];
      const stop = flags.onChange(() => heard.push('stopped'));
      flags.onChange(() => heard.push('listening'));
      stop();
      await change('on', false);
      assert.deepEqual(heard, ['listening']);
    },
  },
];

/** Registers the cases of flags. */
export const flagsSuite = createSuite('flags', flagsCases);
