import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOwner } from '@verifiedfan/platform';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { assertFinished, type FileReport, fileCount, setUp } from './support/scoring-state.ts';
import { type Spawned, spawnCommand } from './support/spawn.ts';
import { makeTrapFile } from './support/trap-files.ts';

const KILLS = 10;
/** Behind the moment at which a process has taken the directory; a load of this size takes about twice as long. */
const LATEST_KILL_MS = 300;

/** Resolves once the process owns the data directory, or has ended. */
const ownedBy = async (directory: string, { process: { pid }, ended }: Spawned): Promise<void> => {
  const over = new AbortController();
  void ended.then(() => over.abort());
  try {
    for await (const _change of watch(directory, { signal: over.signal }))
      if (readOwner(directory)?.pid === pid) return;
  } catch (error) {
    if (!over.signal.aborted) throw error;
  }
};

/** Starts a load ten times, in processes that are killed at moments which nobody has chosen but a seed. */
const loadAndKill = async (test: TestContext, directory: string, seed: string): Promise<number> => {
  const random = createSeededRandom({ seed });
  let killed = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const loading = spawnCommand(test, ['load', 'a.csv', '--json'], { directory, env: { LOG_LEVEL: 'error' } });
    await ownedBy(join(directory, '.verifiedfan'), loading);
    // This sleep waits for nothing: it only picks the moment.
    const awake = new AbortController();
    const moment = sleep(random.next() * LATEST_KILL_MS, undefined, { signal: awake.signal }).catch(() => {});
    await Promise.race([loading.ended, moment]);
    awake.abort();
    loading.kill('SIGKILL');
    const { code, signal, err } = await loading.ended;
    if (signal === 'SIGKILL') killed += 1;
    else assert.equal(code, 0, err);
  }
  return killed;
};

describe('a load', () => {
  const first = makeTrapFile({ seed: 'first', rows: 3_000, members: 2_000 });
  const corrected = makeTrapFile({ seed: 'corrected', rows: 2_500, members: 2_500 });
  const other = makeTrapFile({ seed: 'other', rows: 1_000, members: 1_500 });

  it('ends as its documentation says, when nothing happens to it', async (test) => {
    const { path, run } = await setUp(test);
    writeFileSync(`${path}/a.csv`, first.text);
    const loaded = await run('load', 'a.csv', '--json');
    const [file] = loaded.json<{ files: FileReport[] }>().files;
    assert.deepEqual([file?.state, file?.count], ['done', fileCount(first)]);
    await assertFinished(run, loaded, [first]);
    const letters = (await run('dead-letters', '--json')).json<{ worker: string }[]>();
    assert.equal(letters.length, first.invalid);
  });

  it('and its correction, killed ten times each and resumed, end the same, beside another file', async (test) => {
    const { path, run } = await setUp(test);
    writeFileSync(`${path}/other.csv`, other.text);
    assert.equal((await run('load', 'other.csv')).code, 0);

    writeFileSync(`${path}/a.csv`, first.text);
    const killed = await loadAndKill(test, path, 'kill the load');
    await assertFinished(run, await run('resume', '--json'), [other, first]);
    assert.equal((await run('dead-letters', '--json')).json<object[]>().length, other.invalid + first.invalid);

    writeFileSync(`${path}/a.csv`, corrected.text);
    const killedAgain = await loadAndKill(test, path, 'kill the correction');
    await assertFinished(run, await run('resume', '--json'), [other, corrected]);
    test.diagnostic(`${killed} and ${killedAgain} of ${KILLS} loads were killed before they were done`);
  });
});
