import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { openLevelStream, openLevelTable } from '../../src/index.ts';
import { isRising, readChanges, replay, rowName, scanAll } from './support.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));
type Line = { call?: number; opened?: boolean; error?: string };

/** Reads what a child says until `isEnough` says so or it ends. */
const listen = async (child: ChildProcess, isEnough: (line: Line) => boolean): Promise<Line[]> => {
  const lines: Line[] = [];
  assert.ok(child.stdout);
  for await (const text of createInterface({ input: child.stdout })) {
    const line: Line = JSON.parse(text);
    lines.push(line);
    if (isEnough(line)) break;
  }
  return lines;
};

const kill = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
};

const open = (location: string) =>
  openLevelTable({ name: 'crashed', location, clock: createManualClock({ nowMs: 0 }) });

describe('a table whose process is killed', () => {
  it('keeps every acknowledged call whole, and rows that agree with their changes', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    let first = 0;
    for (const calls of [30, 150, 320]) {
      const child = spawn(process.execPath, [CHILD, 'write', location, String(first)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const lines = await listen(child, ({ call }) => call !== undefined && call >= first + calls);
      await kill(child);
      const acknowledged = lines.flatMap(({ call }) => call ?? []);

      const table = open(location);
      const changes = await readChanges(table, 10_000);
      const rows = await scanAll(table);
      await table.close();

      assert.ok(isRising(changes));
      const perCall = Map.groupBy(changes, ({ newItem }) => newItem?.call);
      for (const [call, records] of perCall) assert.equal(records.length, 20, `call ${call} was torn`);
      for (const call of acknowledged.slice(-10))
        assert.ok(perCall.has(call), `call ${call} was acknowledged and lost`);
      const newest = new Map(changes.map((record) => [rowName(record.keys), record.newItem]));
      for (const row of rows) if (newest.has(rowName(row))) assert.deepEqual(newest.get(rowName(row)), row);
      const counted = rows.filter(({ SK }) => SK === 's0').reduce((sum, { n }) => sum + Number(n), 0);
      assert.ok(counted >= acknowledged.length, 'each call adds 1 to one row s0');
      first = Math.max(...perCall.keys().map(Number)) + 1;
    }
  });

  it('trims while it is killed without losing a row', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const child = spawn(process.execPath, [CHILD, 'write', location], { stdio: ['ignore', 'pipe', 'inherit'] });
    await listen(child, ({ call }) => call !== undefined && call >= 600); // three times the retention
    await kill(child);
    const table = open(location);
    const rows = await scanAll(table);
    assert.equal(rows.length, 7 * 20);
    const changes = await readChanges(table, 10_000);
    assert.ok(changes.length < 600 * 20, 'what is older than the retention was trimmed while it wrote');
    for (const { oldItem, newItem } of changes) assert.equal(Number(oldItem?.n ?? 0) + 1, newItem?.n);
    await table.close();
  });
});

describe('a directory that is in use', () => {
  it('is refused to a second process as locked, and free again when the first has gone', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const child = spawn(process.execPath, [CHILD, 'hold', location], { stdio: ['pipe', 'pipe', 'inherit'] });
    await listen(child, ({ opened }) => opened === true);
    const table = open(location);
    await assert.rejects(table.ready(), { name: 'PortError', code: 'locked', retryable: false });
    await assert.rejects(table.get({ PK: 'a', SK: 'a' }), { code: 'locked' });
    await kill(child);
    await table.ready();
    await table.close();
  });

  it('is refused to a second driver of the same process', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('stream');
    const clock = createManualClock();
    const stream = openLevelStream({ name: 'one', location, clock });
    await stream.ready();
    const other = openLevelStream({ name: 'two', location, clock });
    await assert.rejects(other.putMany([{ partitionKey: 'a', data: 'a' }]), { code: 'locked' });
    await stream.close();
    await other.close();
  });
});

describe('a disk that is full', {
  skip: process.platform === 'win32' && 'needs a file-size limit of the shell',
}, () => {
  it('fails writes with disk_full and keeps everything that was acknowledged', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const limited = ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, CHILD, 'fill', location];
    const child = spawn('/bin/sh', limited, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = await listen(child, ({ error }) => error !== undefined);
    assert.equal(lines.at(-1)?.error, 'disk_full');
    const acknowledged = lines.flatMap(({ call }) => call ?? []);
    const table = open(location);
    const changes = await readChanges(table, 10_000);
    const perCall = Map.groupBy(changes, ({ newItem }) => newItem?.call);
    for (const call of acknowledged)
      assert.equal(perCall.get(call)?.length, 20, `call ${call} was acknowledged and lost`);
    for (const [call, records] of perCall) assert.equal(records.length, 20, `call ${call} was torn`);
    assert.deepEqual(new Map((await scanAll(table)).map((row) => [rowName(row), row])), replay(changes));
    await table.close();
  });
});

describe('a directory that may not be written', { skip: process.platform === 'win32' && 'has other rights' }, () => {
  it('is refused as read_only', async () => {
    using directory = temporaryDirectory();
    mkdirSync(directory.join('fixed'));
    chmodSync(directory.path, 0o755);
    chmodSync(directory.join('fixed'), 0o555);
    // Root may write everywhere, so then the child is somebody else.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const options = { stdio: ['ignore', 'pipe', 'inherit'] as ['ignore', 'pipe', 'inherit'], ...nobody };
    const child = spawn(process.execPath, [CHILD, 'hold', directory.join('fixed', 'table')], options);
    const lines = await listen(child, ({ error, opened }) => error !== undefined || opened === true);
    await kill(child);
    assert.deepEqual(lines, [{ error: 'read_only' }]);
  });
});
