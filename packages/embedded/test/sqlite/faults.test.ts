import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Document } from '@verifiedfan/ports';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import {
  createManualClock,
  createSeededRandom,
  openQueueStore,
  openSqliteCache,
  openSqliteCheckpoints,
  openSqliteDatabase,
} from '../../src/index.ts';
import { runAndKill } from '../support/child.ts';

const WRITERS = new URL('../support/writers.ts', import.meta.url).pathname;
const NOBODY = 65_534;
const MAX_BYTES = 400_000;
const random = createSeededRandom(1);
const clock = createManualClock();
const long = 'x'.repeat(2_000);

/** Runs `work` as somebody to whom file permissions apply: they do not apply to root. */
const asOrdinaryUser = (work: () => void): void => {
  const root = process.getuid?.() === 0;
  if (root) process.seteuid?.(NOBODY);
  try {
    work();
  } finally {
    if (root) process.seteuid?.(0);
  }
};

describe('a disk that is full', () => {
  it('refuses sends with disk_full, keeps every message, and takes sends again when there is room', async () => {
    using directory = temporaryDirectory();
    const store = openQueueStore({ location: directory.join('q.sqlite'), clock, random, maxBytes: MAX_BYTES });
    const queue = store.queue('q', {});
    let sent = 0;
    const fill = async () => {
      for (;;) {
        await queue.sendMany(Array.from({ length: 10 }, (_, index) => ({ body: `${sent + index} ${long}` })));
        sent += 10;
      }
    };
    await assert.rejects(fill, { name: 'PortError', code: 'disk_full', retryable: true });
    assert.deepEqual(await queue.depth(), { visible: sent, inFlight: 0, delayed: 0 });
    const taken = await queue.receive({ max: 50 });
    await queue.deleteMany(taken.map(({ receiptHandle }) => receiptHandle));
    await queue.sendMany([{ body: long }]);
    assert.equal((await queue.depth()).visible, sent - 50 + 1);
    store.close();
  });

  it('refuses a bulk write whole, and leaves documents and indexes in step', async () => {
    using directory = temporaryDirectory();
    const database = openSqliteDatabase({ location: directory.join('d.sqlite'), random, maxBytes: MAX_BYTES });
    const fans = database.collection<Document>('fans', { indexes: [{ name: 'batch', fields: [['batch', 1]] }] });
    let batches = 0;
    const fill = async () => {
      for (;;) {
        const documents = Array.from({ length: 10 }, (_, index) => ({
          _id: `${batches}:${index}`,
          batch: batches,
          tags: [batches],
          long,
        }));
        await fans.bulkWrite(documents.map((document) => ({ insertOne: { document } })));
        batches += 1;
      }
    };
    await assert.rejects(fill, { name: 'PortError', code: 'disk_full' });
    assert.equal(await fans.count(), batches * 10);
    assert.equal(await fans.count({ batch: batches }), 0);
    assert.equal(await fans.findById(`${batches}:0`), undefined);
    assert.equal(await fans.deleteOne({ batch: 0 }), 1);
    await fans.updateOne({ _id: '1:0' }, { $set: { long: 'short' } });
    database.close();
  });

  it('refuses a checkpoint and keeps the earlier one', async () => {
    using directory = temporaryDirectory();
    const checkpoints = openSqliteCheckpoints({ location: directory.join('c.sqlite'), maxBytes: 40_000 });
    await checkpoints.set('k', 'earlier');
    await assert.rejects(checkpoints.set('k', 'x'.repeat(100_000)), { code: 'disk_full' });
    assert.equal(await checkpoints.get('k'), 'earlier');
    checkpoints.close();
  });

  it('makes a cache forget rather than fail, and never answer what was to be replaced', async () => {
    using directory = temporaryDirectory();
    const cache = openSqliteCache({ location: directory.join('c.sqlite'), clock, maxBytes: 60_000 });
    await cache.set('k', 'earlier', { ttlMs: 60_000, version: 1 });
    assert.equal(await cache.set('k', 'x'.repeat(200_000), { ttlMs: 60_000, version: 2 }), true);
    assert.equal(await cache.get('k'), undefined);
    cache.close();
  });
});

describe('a file that is in use', () => {
  it('is refused to a second driver of the same process as locked', () => {
    using directory = temporaryDirectory();
    const location = directory.join('q.sqlite');
    const first = openQueueStore({ location, clock, random });
    assert.throws(() => openQueueStore({ location, clock, random }), {
      name: 'PortError',
      code: 'locked',
      retryable: false,
    });
    first.close();
    openQueueStore({ location, clock, random }).close();
  });

  it('is refused to a second process as locked', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('q.sqlite');
    const first = openQueueStore({ location, clock, random });
    const { lines } = await runAndKill(WRITERS, ['locked', location], 1);
    assert.deepEqual(lines, ['locked']);
    first.close();
  });
});

describe('a directory that cannot be used', () => {
  it('is refused as read_only when nothing can be made in it', () => {
    using directory = temporaryDirectory();
    chmodSync(directory.path, 0o555);
    asOrdinaryUser(() => {
      for (const location of [directory.join('c.sqlite'), directory.join('folder', 'c.sqlite')]) {
        assert.throws(() => openSqliteCheckpoints({ location }), {
          name: 'PortError',
          code: 'read_only',
          retryable: false,
        });
      }
    });
    chmodSync(directory.path, 0o755);
  });

  it('is refused as read_only when its files cannot be written', () => {
    using directory = temporaryDirectory();
    const location = directory.join('c.sqlite');
    openSqliteCheckpoints({ location }).close();
    chmodSync(location, 0o444);
    chmodSync(directory.path, 0o555);
    asOrdinaryUser(() => assert.throws(() => openSqliteCheckpoints({ location }), { code: 'read_only' }));
    chmodSync(directory.path, 0o755);
  });

  it('is refused as corrupt when a file is none of ours', () => {
    using directory = temporaryDirectory();
    const location = directory.join('c.sqlite');
    writeFileSync(location, 'This is no database at all. '.repeat(500));
    assert.throws(() => openSqliteCheckpoints({ location }), { name: 'PortError', code: 'corrupt' });
  });
});

describe('a driver that was closed', () => {
  it('answers closed, and takes a second close', async () => {
    const store = openQueueStore({ location: ':memory:', clock, random });
    const queue = store.queue('q', {});
    const waiting = queue.receive({ max: 1, waitMs: 60_000 });
    store.close();
    store.close();
    await assert.rejects(waiting, { code: 'closed' });
    await assert.rejects(queue.sendMany([{ body: 'late' }]), { code: 'closed' });
    const database = openSqliteDatabase({ location: ':memory:', random });
    const fans = database.collection<Document>('fans');
    database.close();
    for (const call of [fans.find(), fans.findById('a'), fans.insertOne({ _id: 'a' }), database.transact([])]) {
      await assert.rejects(call, { code: 'closed' });
    }
  });
});
