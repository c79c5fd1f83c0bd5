import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DirectoryOwnedError, ownDirectory, readOwner } from '@verifiedfan/platform';
import { temporaryDirectory } from '@verifiedfan/test-utils';

const OWN = `
import { ownDirectory } from ${JSON.stringify(fileURLToPath(new URL('../src/ownership.ts', import.meta.url)))};
ownDirectory(process.argv[1], { pid: process.pid, command: 'another' });
process.stdout.write('owned');
setInterval(() => {}, 60_000);
`;

type Owner = { after(cleanUp: () => void): void };

/** Another process that owns the directory until it is killed. */
const ownElsewhere = async (test: Owner, directory: string): Promise<ChildProcess> => {
  const argv = ['--input-type=module', '--eval', OWN, directory];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  test.after(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
};
const me = { pid: process.pid, command: 'test' };

describe('ownDirectory', () => {
  it('makes the directory, for its user alone, and says who owns it until it is released', (test) => {
    const directory = temporaryDirectory(test).join('made', 'here');
    const lock = ownDirectory(directory, me);
    assert.equal(statSync(directory).mode & 0o077, 0);
    assert.deepEqual(readOwner(directory), me);
    lock.release();
    lock.release();
    assert.equal(readOwner(directory), undefined);
    ownDirectory(directory, me).release();
  });

  it('refuses a directory that this process owns already', (test) => {
    const { path } = temporaryDirectory(test);
    const lock = ownDirectory(path, me);
    assert.throws(() => ownDirectory(path, { pid: 1, command: 'second' }), {
      code: 'locked',
      retryable: true,
      owner: me,
    });
    assert.deepEqual(readOwner(path), me, 'the refused one has not introduced itself');
    lock.release();
  });

  it('refuses a directory that another process owns, with its pid, and takes it once that one was killed', async (test) => {
    const { path } = temporaryDirectory(test);
    const other = await ownElsewhere(test, path);
    assert.throws(
      () => ownDirectory(path, me),
      (error) =>
        error instanceof DirectoryOwnedError &&
        error.owner?.pid === other.pid &&
        error.message.includes(`process ${other.pid} (another)`),
    );
    other.kill('SIGKILL');
    await once(other, 'exit');
    assert.deepEqual(readOwner(path)?.pid, other.pid, 'it had no time to tidy up');
    const lock = ownDirectory(path, me);
    assert.deepEqual(readOwner(path), me);
    lock.release();
  });

  it('goes by the lock and not by a pid, which another process may have by now', (test) => {
    const { path, join } = temporaryDirectory(test);
    writeFileSync(join('owner.json'), JSON.stringify({ pid: process.ppid, command: 'start' }));
    ownDirectory(path, me).release();
  });

  it('says that somebody owns it who has not introduced itself, or was killed while doing so', (test) => {
    const { path, join } = temporaryDirectory(test);
    const lock = ownDirectory(path, me);
    writeFileSync(join('owner.json'), '{"pid":');
    assert.throws(() => ownDirectory(path, me), { owner: undefined, message: `${path} is in use by another process` });
    lock.release();
  });

  it('tells a directory that cannot be written from one that is owned', (test) => {
    const { path, join } = temporaryDirectory(test);
    writeFileSync(join('file'), '');
    for (const directory of [join('file'), join('file', 'below')])
      assert.throws(() => ownDirectory(directory, me), { name: 'PortError', code: 'read_only', retryable: false });
    mkdirSync(join('taken', 'owner.lock'), { recursive: true });
    assert.throws(() => ownDirectory(join('taken'), me), { code: 'read_only' });
    mkdirSync(join('half', 'owner.json'), { recursive: true });
    assert.throws(() => ownDirectory(join('half'), me), { code: 'read_only' });
    assert.ok(!existsSync(join('file', 'below')));
    assert.equal(readOwner(path), undefined);
  });

  it('lets go of the lock when it could not introduce itself', (test) => {
    const { join } = temporaryDirectory(test);
    mkdirSync(join('data', 'owner.json'), { recursive: true });
    for (let attempt = 0; attempt < 2; attempt += 1)
      assert.throws(() => ownDirectory(join('data'), me), { code: 'read_only' }, 'the first attempt kept the lock');
  });
});
