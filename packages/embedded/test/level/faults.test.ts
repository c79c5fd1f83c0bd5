import assert from 'node:assert/strict';
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createManualClock, temporaryDirectory } from '@verifiedfan/test-utils';
import { openLevelStream, openLevelTable } from '../../src/index.ts';
import { createStore } from '../../src/level/database.ts';
import { toPortError } from '../../src/level/errors.ts';
import { createFailingStore, diskFull, readChanges, replay, rowName, scanAll } from './support.ts';

const KEY = { PK: 'p', SK: 's' };
const add = (n: number) => [{ update: KEY, add: { n } }];

const openFailing = (options: { memory: true } | { location: string }) => {
  const faults = createFailingStore(options);
  const settings = { name: 'failing', clock: createManualClock(), ...options, createStore: faults.createStore };
  return { faults, table: openLevelTable(settings), settings };
};

describe('a write that fails', () => {
  it('fails every call that built on it, and leaves nothing behind', async () => {
    const { faults, table } = openFailing({ memory: true });
    await table.updateMany(add(1));
    faults.fail(diskFull());
    const calls = await Promise.allSettled([
      table.updateMany(add(2)),
      table.updateMany(add(4)),
      table.transact(add(8), { token: 't' }),
    ]);
    for (const call of calls) {
      assert.equal(call.status, 'rejected');
      assert.equal(call.reason.code, 'disk_full');
      assert.equal(call.reason.retryable, true);
    }
    faults.heal();
    assert.deepEqual(await table.get(KEY), { ...KEY, n: 1 });
    await table.updateMany(add(16));
    assert.deepEqual(await table.transact(add(8), { token: 't' }), { outcome: 'applied' });
    const changes = await readChanges(table);
    assert.deepEqual(
      changes.map(({ newItem }) => newItem?.n),
      [1, 17, 25],
    );
    await table.close();
  });

  it('does not fail calls whose rows it did not reach: they are evaluated again on what is durable', async () => {
    const { faults, table } = openFailing({ memory: true });
    await table.updateMany(add(1));
    faults.fail(diskFull());
    const failing = table.updateMany(add(2));
    await assert.rejects(failing, { code: 'disk_full' });
    faults.heal();
    const [result] = await table.updateMany([{ update: KEY, set: { seen: true }, condition: { equals: ['n', 1] } }]);
    assert.equal(result?.outcome, 'applied');
    await table.close();
  });

  it('may have been written in spite of the error, and then row and change agree after opening again', async () => {
    using directory = temporaryDirectory();
    const { faults, table } = openFailing({ location: directory.join('table') });
    await table.updateMany(add(1));
    faults.fail(diskFull(), { afterWriting: true });
    await assert.rejects(table.updateMany(add(2)), { code: 'disk_full' });
    faults.heal();
    await table.updateMany(add(4));
    assert.deepEqual(await table.get(KEY), { ...KEY, n: 7 });
    const changes = await readChanges(table);
    assert.deepEqual(new Map((await scanAll(table)).map((row) => [rowName(row), row])), replay(changes));
    assert.equal(new Set(changes.map(({ sequence }) => sequence)).size, 3);
    await table.close();
  });

  it('shows no record of it to consumers of a stream, and continues without a gap', async () => {
    const faults = createFailingStore({ memory: true });
    const stream = openLevelStream({
      name: 'failing',
      clock: createManualClock(),
      memory: true,
      createStore: faults.createStore,
    });
    const put = (data: string) => stream.putMany([{ partitionKey: 'a', data }]);
    await put('1');
    faults.fail(diskFull());
    await Promise.all([
      assert.rejects(put('2'), { code: 'disk_full' }),
      assert.rejects(put('3'), { code: 'disk_full' }),
    ]);
    faults.heal();
    await put('4');
    const [shard] = await stream.shards();
    const { records } = await stream.read({ shard: shard?.id ?? '', limit: 10 });
    assert.deepEqual(
      records.map(({ data }) => data),
      ['1', '4'],
    );
    await stream.close();
  });
});

describe('a store that cannot be used', () => {
  it('is corrupt when files are missing', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const clock = createManualClock();
    const table = openLevelTable({ name: 'sound', location, clock });
    await table.updateMany(add(1));
    await table.close();
    for (const file of readdirSync(location)) if (file.startsWith('MANIFEST')) rmSync(`${location}/${file}`);
    const damaged = openLevelTable({ name: 'damaged', location, clock });
    await assert.rejects(damaged.get(KEY), { code: 'corrupt', retryable: false, resource: 'damaged' });
    await damaged.close();
  });

  it('is as good as damaged when another version made it', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const clock = createManualClock();
    const table = openLevelTable({ name: 'made', location, clock });
    await table.updateMany(add(1));
    await table.close();
    const store = await createStore({ location });
    await store.open();
    const batch = store.batch();
    batch.put('m', '2,table,1');
    await batch.write({ sync: false });
    await store.close();
    await assert.rejects(openLevelTable({ name: 'made', location, clock }).ready(), {
      code: 'corrupt',
      message: /format 2/,
    });
  });

  it('is not opened as something else than it was made for', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const clock = createManualClock();
    const table = openLevelTable({ name: 'made', location, clock, changeShards: 2 });
    await table.updateMany(add(1));
    await table.close();
    await assert.rejects(openLevelTable({ name: 'other', location, clock, changeShards: 3 }).ready(), {
      code: 'validation',
    });
    await assert.rejects(openLevelStream({ name: 'other', location, clock, shards: 2 }).ready(), {
      code: 'validation',
    });
    const again = openLevelTable({ name: 'made', location, clock, changeShards: 2 });
    assert.deepEqual(await again.get(KEY), { ...KEY, n: 1 });
    await again.close();
  });

  it('opens once what was in its way is gone', async () => {
    using directory = temporaryDirectory();
    writeFileSync(directory.join('file'), '');
    const table = openLevelTable({
      name: 'blocked',
      location: directory.join('file', 'table'),
      clock: createManualClock(),
    });
    await assert.rejects(table.get(KEY), { name: 'PortError' });
    rmSync(directory.join('file'));
    assert.equal(await table.get(KEY), undefined);
    await table.close();
  });

  it('is closed for good after close, and what was begun before is durable', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('table');
    const clock = createManualClock();
    const table = openLevelTable({ name: 'closing', location, clock });
    const { signal } = new AbortController();
    const waiting = table.changes.waitForRecords({ shard: 'shardId-000000000000', after: '9'.repeat(30), signal });
    const begun = Promise.all([table.updateMany(add(1)), table.updateMany(add(2))]);
    const rejected = assert.rejects(waiting, { code: 'closed' });
    await table.close();
    await begun;
    await rejected;
    await assert.rejects(table.updateMany(add(1)), { code: 'closed' });
    await assert.rejects(table.get(KEY), { code: 'closed' });
    await assert.rejects(table.changes.read({ shard: 'shardId-000000000000', limit: 1 }), { code: 'closed' });
    const again = openLevelTable({ name: 'closing', location, clock });
    assert.deepEqual(await again.get(KEY), { ...KEY, n: 3 });
    await again.close();
    await again.close();
  });

  it('is told apart by what the engine says', () => {
    const codeOf = (message: string, code = 'LEVEL_IO_ERROR') => {
      const cause = Object.assign(new Error(message), { code });
      return toPortError(new Error('Database failed to open', { cause }), 'x').code;
    };
    assert.equal(codeOf('IO error: /d/LOCK: Permission denied'), 'read_only');
    assert.equal(codeOf("EROFS: read-only file system, mkdir '/d'", 'EROFS'), 'read_only');
    assert.equal(codeOf('IO error: /d/5.log: File too large'), 'disk_full');
    assert.equal(codeOf('IO error: lock /d/LOCK: already held by process', 'LEVEL_LOCKED'), 'locked');
    assert.equal(codeOf('Corruption: bad block', 'LEVEL_CORRUPTION'), 'corrupt');
    assert.equal(codeOf('IO error: /d/5.log: Input/output error'), 'unavailable');
    assert.equal(codeOf('IO error: /EROFS: No space left on device/5.log: Input/output error'), 'unavailable');
  });

  it('is not made with a misspelt option or without a place', () => {
    const clock = createManualClock();
    const misspelt = { name: 'x', clock, memory: true, cacheRow: 1 };
    assert.throws(() => openLevelTable(misspelt), { name: 'TypeError', message: /cacheRow/ });
    assert.throws(() => openLevelStream({ name: 'x', clock }), TypeError);
    assert.throws(() => openLevelStream({ name: 'x', clock, memory: true, location: '/tmp/x' }), TypeError);
    assert.throws(() => openLevelStream({ name: 'x', clock, memory: true, shards: 0 }), TypeError);
  });
});
