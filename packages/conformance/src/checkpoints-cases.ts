import assert from 'node:assert/strict';
import type { Checkpoints } from '@verifiedfan/ports';
import { type Case, createSuite } from './suite.ts';

/** Checkpoints without any entry. */
export type CheckpointsSubject = { checkpoints: Checkpoints };

const pairsOf = async (checkpoints: Checkpoints, prefix: string): Promise<string[]> =>
  (await checkpoints.list(prefix)).map(({ key, value }) => `${key}=${value}`).sort();

export const checkpointsCases: readonly Case<CheckpointsSubject>[] = [
  {
    name: 'hands back the last value that was set',
    async run(open) {
      const { checkpoints } = await open();
      assert.equal(await checkpoints.get('k'), undefined);
      await checkpoints.set('k', '1');
      await checkpoints.set('k', 'zwölf ✓');
      await checkpoints.set('empty', '');
      assert.deepEqual([await checkpoints.get('k'), await checkpoints.get('empty')], ['zwölf ✓', '']);
    },
  },
  {
    name: 'forgets what is deleted, and takes the deletion of something unknown',
    async run(open) {
      const { checkpoints } = await open();
      await checkpoints.set('a', '1');
      await checkpoints.set('b', '2');
      await checkpoints.delete('a');
      await checkpoints.delete('never');
      assert.deepEqual([await checkpoints.get('a'), await checkpoints.get('b')], [undefined, '2']);
    },
  },
  {
    name: 'lists what begins with a prefix, taken letter by letter',
    async run(open) {
      const { checkpoints } = await open();
      for (const key of ['a/1', 'a/2', 'A/1', 'a', 'b/1', 'a_1', 'a%1', 'aé', 'a\u{10FFFF}'])
        await checkpoints.set(key, 'x');
      assert.deepEqual(await pairsOf(checkpoints, 'a/'), ['a/1=x', 'a/2=x']);
      assert.deepEqual(await pairsOf(checkpoints, 'a_'), ['a_1=x']);
      assert.deepEqual(await pairsOf(checkpoints, 'a%'), ['a%1=x']);
      assert.equal((await checkpoints.list('a')).length, 7);
      assert.equal((await checkpoints.list('')).length, 9);
    },
  },
];

/** Registers the cases of checkpoints. */
export const checkpointsSuite = createSuite('checkpoints', checkpointsCases);
