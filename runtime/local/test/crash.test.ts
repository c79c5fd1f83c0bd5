import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import { createSeededRandom, failOnLeaks, temporaryDirectory } from '@verifiedfan/test-utils';
import { CATALOGUE } from './support/workers.ts';

const EACH = 24;
const KILLS = 4;
const CHILD = new URL('./support/crashing-child.ts', import.meta.url).pathname;

const fill = async (directory: string): Promise<string[]> => {
  const platform = createEmbeddedPlatform({ directory, catalogue: CATALOGUE });
  const numbers = Array.from({ length: EACH }, (_, n) => n);
  await platform.stream('stream').putMany(numbers.map((n) => ({ partitionKey: 'key', data: String(n) })));
  await platform.table('rows').updateMany(numbers.map((n) => ({ put: { PK: 'a', SK: String(n) } })));
  await platform.queue('queue').sendMany(numbers.map((n) => ({ body: String(n) })));
  for (const n of numbers) await platform.bucket('bucket').put({ key: String(n), body: 'text' });
  await platform.close();
  return numbers.flatMap((n) => ['stream', 'changes', 'queue', 'bucket'].map((source) => `${source} ${n}`));
};

const linesOf = (file: string): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

/** Runs the estate in a process of its own, which kills itself some time after so many lines; answers how it ended. */
const runUntil = async (directory: string, file: string, lines: number, delayMs: number): Promise<string | number> => {
  const given = [CHILD, directory, file, String(lines), String(delayMs)];
  const child = spawn(process.execPath, given, { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  return signal ?? code ?? 'unknown';
};

describe('a process that is killed', () => {
  it('loses nothing, repeats only what it was busy with, and keeps the order, whatever it was doing', async (test) => {
    failOnLeaks(test);
    using data = temporaryDirectory();
    using notes = temporaryDirectory();
    const file = notes.join('done');
    const expected = await fill(data.path);
    const random = createSeededRandom({ seed: 3 });
    for (let kill = 0; kill < KILLS; kill += 1) {
      const moment = [1 + Math.floor(random.next() * 10), Math.floor(random.next() * 4)] as const;
      assert.equal(await runUntil(data.path, file, ...moment), 'SIGKILL');
    }
    assert.ok(linesOf(file).length < expected.length, 'there was something left to do');
    assert.equal(await runUntil(data.path, file, 0, 0), 0);
    const lines = linesOf(file);
    assert.deepEqual([...new Set(lines)].toSorted(), expected.toSorted());
    // A batch of three of the stream and of the changes, two batches of the queue, two uploads; each kill repeats at most these.
    assert.ok(lines.length <= expected.length + KILLS * (3 + 3 + 2 * 3 + 2), `${lines.length} lines`);
    for (const source of ['stream', 'changes']) {
      const firsts = [...new Set(lines.filter((line) => line.startsWith(source)))];
      assert.deepEqual(
        firsts,
        Array.from({ length: EACH }, (_, n) => `${source} ${n}`),
      );
    }
  });
});
