import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { createMongoDatabase } from '@verifiedfan/mongodb';
import type { Document, TransactionStep } from '@verifiedfan/ports';
import { openOwnServer } from '../../src/index.ts';

/** One document of its own, and one that all count in. */
const steps = (id: string): TransactionStep[] => [
  { collection: 'fans', operation: { insertOne: { document: { _id: id } } } },
  {
    collection: 'counts',
    operation: { updateOne: { filter: { _id: 'fans' }, update: { $inc: { n: 1 } }, upsert: true } },
  },
];

describe('a MongoDB server that is stopped under load and started again', () => {
  it('never has half a transaction, is unavailable meanwhile, and is written to again', async (test) => {
    const server = await openOwnServer('mongodb');
    test.after(() => server.close());
    const database = createMongoDatabase({
      uri: server.address,
      name: 'load',
      clock: systemClock,
      random: systemRandom,
      timeoutMs: 1_000,
      connectTimeoutMs: 1_000,
    });
    test.after(() => database.close());
    const fans = database.collection<Document>('fans');
    const codes = new Set<unknown>();
    let sequence = 0;
    let committed = 0;
    const transactAll = async (): Promise<void> => {
      const ids = Array.from({ length: 5 }, () => `fan-${sequence++}`);
      for (const result of await Promise.allSettled(ids.map((id) => database.transact(steps(id))))) {
        if (result.status === 'fulfilled') committed += 1;
        else codes.add(result.reason.code ?? result.reason);
      }
    };
    let stopping = false;
    const load = (async () => {
      while (!stopping) {
        await transactAll();
        await sleep(10);
      }
    })();

    await sleep(1_000);
    assert.ok(committed > 0);
    await server.stop();
    await assert.rejects(fans.count(), { code: 'unavailable', retryable: true });
    await assert.rejects(database.verify(), { code: 'unavailable' });
    await server.start();
    const before = committed;
    for (let attempt = 0; attempt < 300 && committed === before; attempt += 1) await sleep(50);
    stopping = true;
    await load;
    assert.ok(committed > before, 'the same driver writes again');
    // Transactions that met others too often may be told so; nothing else may happen.
    codes.delete('conflict');
    assert.deepEqual([...codes], ['unavailable']);
    // The server keeps nothing over its restart, so only what was written after it can be counted.
    assert.equal(await fans.count(), (await database.collection<Document>('counts').findById('fans'))?.n);
  });
});
