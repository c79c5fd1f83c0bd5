import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { withLock } from '../../src/servers/lock.ts';
import { identify } from '../../src/servers/processes.ts';
import { IDLE, startNode, temporaryFolder, writeFiles } from './set-up.ts';

describe('withLock', () => {
  it('lets one at a time work, and leaves nothing behind', async (test) => {
    const folder = await temporaryFolder(test);
    let inside = 0;
    let most = 0;
    const work = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 4 }, () => withLock(join(folder, 'lock'), work)));
    assert.equal(most, 1);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('gives the lock back when the work fails', async (test) => {
    const file = join(await temporaryFolder(test), 'lock');
    await assert.rejects(
      withLock(file, () => Promise.reject(new Error('no'))),
      { message: 'no' },
    );
    assert.equal(existsSync(file), false);
  });

  it('takes over from a process that died, and from one whose number another has', async (test) => {
    const folder = await temporaryFolder(test);
    const child = await startNode(test, IDLE);
    const identity = identify(child.pid);
    const other = { pid: process.pid, began: 'before' };
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    for (const holder of [identity, other]) {
      writeFiles(folder, { lock: JSON.stringify(holder) });
      assert.equal(await withLock(join(folder, 'lock'), async () => 'done', { timeoutMs: 0 }), 'done');
    }
  });

  it('waits for a living process, says so once, and gives up in the end', async (test) => {
    const folder = await temporaryFolder(test);
    const { pid } = await startNode(test, IDLE);
    writeFiles(folder, { lock: JSON.stringify(identify(pid)) });
    const waits: number[] = [];
    const options = { timeoutMs: 250, onWait: (holder: { pid: number }) => void waits.push(holder.pid) };
    const waiting = withLock(join(folder, 'lock'), async () => 'done', options);
    await assert.rejects(waiting, { code: 'lock_timeout', retryable: true });
    assert.deepEqual(waits, [pid]);
  });
});
