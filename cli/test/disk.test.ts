import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { runHere } from './support/run-here.ts';
import { assertFinished, setUp } from './support/scoring-state.ts';
import { runCommand } from './support/spawn.ts';
import { makeTrapFile } from './support/trap-files.ts';

const FILE = makeTrapFile({ seed: 'disk', rows: 2_500, members: 2_000 });
const QUIET = { LOG_LEVEL: 'fatal' };

/** Starts a command that can write no file beyond so many KiB. */
const limitedTo = (kib: number): string[] => ['bash', '-c', `ulimit -f ${kib}; exec "$@"`, 'bash'];

const canMount = ((): boolean => {
  using directory = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory.path], { stdio: 'ignore' });
    execFileSync('umount', [directory.path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();
const mounting = { skip: canMount ? false : 'only root may mount a small file system here' };

/** A file system of its own, for as long as `use` takes. */
const withMount = async (path: string, size: string, use: (remount: (options: string) => void) => Promise<void>) => {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
  try {
    await use((options) => void execFileSync('mount', ['-o', `remount,${options}`, path]));
  } finally {
    execFileSync('umount', [path]);
  }
};

describe('a full disk', () => {
  // The smallest stops the upload, the others the streams, the tables and what is counted from them.
  for (const size of ['600k', '1500k']) {
    it(
      `of ${size}: says so with exit code 1, and the load ends exactly once there is space`,
      mounting,
      async (test) => {
        const { path, run } = await setUp(test);
        writeFileSync(join(path, 'a.csv'), FILE.text);
        await withMount(join(path, 'small'), size, async (remount) => {
          const data = ['--data', 'small/data'];
          await run('campaign', 'import', 'campaigns.json', ...data);
          const full = await runCommand(test, ['load', 'a.csv', '--json', ...data], { directory: path, env: QUIET });
          assert.deepEqual([full.code, full.out], [1, ''], full.err);
          assert.match(full.err, /^error: .*Free some space and run the command again/m);
          assert.doesNotMatch(full.err, /\n {4}at /);
          const again = await runCommand(test, ['resume', ...data], { directory: path, env: QUIET });
          assert.ok(again.code === 0 || /Free some space/.test(again.err), again.err);

          remount('size=64m');
          const here = (...argv: string[]) => run(...argv, ...data);
          assert.equal((await here('campaign', 'import', 'campaigns.json')).code, 0);
          await assertFinished(here, await here('load', 'a.csv', '--json'), [FILE]);
        });
      },
    );
  }

  for (const kib of [64, 256]) {
    it(`that takes no file beyond ${kib} KiB: the same`, async (test) => {
      const { path, run } = await setUp(test);
      writeFileSync(join(path, 'a.csv'), FILE.text);
      const options = { directory: path, env: QUIET, through: limitedTo(kib) };
      const full = await runCommand(test, ['load', 'a.csv', '--json'], options);
      assert.deepEqual([full.code, full.out], [1, ''], full.err);
      assert.match(full.err, /^error: .*Free some space and run the command again/m);
      await assertFinished(run, await run('load', 'a.csv', '--json'), [FILE]);
    });
  }

  it('leaves nothing of an upload that did not fit', mounting, async (test) => {
    const { path, run } = await setUp(test);
    writeFileSync(join(path, 'a.csv'), FILE.text);
    await withMount(join(path, 'small'), '300k', async (remount) => {
      const full = await runCommand(test, ['load', 'a.csv', '--data', 'small/data'], { directory: path, env: QUIET });
      assert.equal(full.code, 1);
      remount('size=64m');
      const { files } = (await run('resume', '--data', 'small/data', '--json')).json<{ files: object[] }>();
      assert.deepEqual(files, [], 'half a file was taken for a whole one');
      const bucket = join(path, 'small/data/buckets/scoringBucket');
      assert.deepEqual(
        readdirSync(bucket, { recursive: true }).filter((name) => /[0-9a-f]{32}/.test(String(name))),
        [],
      );
    });
  });

  it('generate leaves no half of a file', async (test) => {
    const { path } = temporaryDirectory(test);
    const argv = ['generate', 'scores', '--registrants', '5000', '--seed', '1', '--out', 's.csv'];
    const { code, err } = await runCommand(test, argv, { directory: path, through: limitedTo(64) });
    assert.equal(code, 1);
    assert.match(err, /^error: .*Free some space/m);
    assert.deepEqual(readdirSync(path), []);
  });
});

describe('a data directory that cannot be written', () => {
  it('is named, with what to do, by every command: exit code 1', mounting, async (test) => {
    const { path, run } = await setUp(test);
    writeFileSync(join(path, 'a.csv'), FILE.text);
    await withMount(join(path, 'fixed'), '64m', async (remount) => {
      const here = (...argv: string[]) => run(...argv, '--data', 'fixed/data');
      assert.equal((await here('campaign', 'import', 'campaigns.json')).code, 0);
      remount('ro');
      for (const argv of [['load', 'a.csv', '--json'], ['start'], ['counts', 'north-2027', '--json'], ['resume']]) {
        const { code, out, err } = await here(...argv);
        assert.deepEqual([argv[0], code, out], [argv[0], 1, '']);
        assert.match(err, /^error: the data directory .*fixed\/data cannot be written; choose another with --data/);
      }
      remount('rw');
      await assertFinished(here, await here('load', 'a.csv', '--json'), [FILE]);
    });
  });

  it('nor be made, where a file stands in its place or above it', async (test) => {
    const { path, join: inside } = temporaryDirectory(test);
    writeFileSync(inside('file'), 'something else');
    writeFileSync(inside('a.csv'), FILE.text);
    for (const data of ['file', 'file/below'])
      for (const argv of [['load', 'a.csv'], ['counts', 'any'], ['start']]) {
        const { code, out, err } = await runHere([...argv, '--data', data, '--json'], { directory: path });
        assert.deepEqual([code, out], [1, ''], err);
        assert.match(err, /^error: the data directory .* cannot be written; choose another with --data/);
      }
    assert.deepEqual(readdirSync(path).sort(), ['a.csv', 'file']);
  });
});
