import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Document } from '@verifiedfan/ports';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { createSeededRandom, openQueueStore, openSqliteDatabase, systemClock } from '../../src/index.ts';
import { runAndKill } from '../support/child.ts';

const WRITERS = new URL('../support/writers.ts', import.meta.url).pathname;
const random = createSeededRandom(1);

describe('a process that is killed in the middle of its work', () => {
  for (const after of [7, 40, 161]) {
    it(`loses no message that was acknowledged, after ${after} of them`, async () => {
      using directory = temporaryDirectory();
      const location = directory.join('queues.sqlite');
      const { lines, signal } = await runAndKill(WRITERS, ['queue', location], after);
      assert.equal(signal, 'SIGKILL');
      const told = (what: string) =>
        lines.filter((line) => line.startsWith(what)).map((line) => line.slice(what.length + 1));
      const store = openQueueStore({ location, clock: systemClock, random });
      const { messages } = await store.queue('orders', {}).peek({ limit: 10_000 });
      store.close();
      const stored = new Set(messages.map(({ body }) => body));
      const deleted = new Set(told('deleted'));
      for (const batch of told('sent')) {
        for (let index = 0; index < 20; index += 1) {
          // The newest message may have been deleted in the moment of death, before that was told.
          const body = `${batch}:${index}`;
          if (body === told('received').at(-1)) continue;
          assert.equal(stored.has(body), !deleted.has(body), `message ${body}`);
        }
      }
      const untold = messages.filter(({ body }) => !told('sent').includes(body.split(':')[0] ?? ''));
      assert.ok(untold.length === 0 || untold.length === 20, 'a send is stored whole or not at all');
      for (const body of told('received')
        .filter((one) => !deleted.has(one))
        .slice(0, -1)) {
        assert.equal(messages.find((message) => message.body === body)?.receiveCount, 1, 'a receive is counted');
      }
    });
  }

  it('leaves its messages in flight until they are released at the next start', async () => {
    using directory = temporaryDirectory();
    const location = directory.join('queues.sqlite');
    await runAndKill(WRITERS, ['queue', location], 30);
    const first = openQueueStore({ location, clock: systemClock, random });
    const held = (await first.queue('orders', {}).depth()).inFlight;
    assert.ok(held > 0);
    first.close();
    const second = openQueueStore({ location, clock: systemClock, random, releaseInFlight: true });
    const depth = await second.queue('orders', {}).depth();
    second.close();
    assert.equal(depth.inFlight, 0);
    assert.ok(depth.visible >= held);
  });

  for (const after of [3, 60]) {
    it(`leaves each bulk write whole and its indexes in step, after ${after} of them`, async () => {
      using directory = temporaryDirectory();
      const location = directory.join('service.sqlite');
      const { lines } = await runAndKill(WRITERS, ['collection', location], after);
      const last = Number(lines.at(-1));
      const database = openSqliteDatabase({ location, random });
      const fans = database.collection<Document>('fans');
      const documents = await fans.find();
      const [batch] = documents.map((document) => Number(document.batch));
      assert.equal(documents.length, 50);
      assert.ok(batch === last || batch === last + 1, 'what was acknowledged is there');
      for (const document of documents) assert.deepEqual([document.batch, document.writes], [batch, Number(batch) + 1]);
      assert.equal(await fans.count({ batch: Number(batch) }), 50);
      assert.equal(await fans.count({ batch: Number(batch) - 1 }), 0);
      database.close();
    });
  }
});
