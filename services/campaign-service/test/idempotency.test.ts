import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Collection, Database, Document } from '@verifiedfan/ports';
import { createGate } from '@verifiedfan/test-utils';
import { type CallOptions, dataOf, errorOf, openDatabase, startService } from './support.ts';

const SUPREME = { sub: 'admin', supreme: true };
/** After this a request counts as dead, in milliseconds. */
const LOCK_MS = 30_000;

type Made = { _id: string; version: number };

/** A service whose process dies between a change and the note of its answer, as often as it is told to. */
const start = async (context: TestContext) => {
  const database = openDatabase(context);
  const fate = { dies: false };
  const mortal: Database = {
    ...database,
    collection: <D extends Document>(name: string, options?: Parameters<Database['collection']>[1]): Collection<D> => {
      const real = database.collection<D>(name, options);
      if (name !== 'idempotencyKeys') return real;
      return {
        ...real,
        updateOne: async (...call) => {
          if (fate.dies) throw new Error('the process died');
          return real.updateOne(...call);
        },
      };
    },
  };
  const service = await startService(context, { database: mortal });
  const post = (path: string, json: unknown, key = 'order-66', options: CallOptions = {}) =>
    service.call(path, { claims: SUPREME, json, headers: { 'idempotency-key': key }, ...options });
  /** The request, whose answer is forgotten, and its repetition. */
  const postTwice = async (path: string, json: unknown, key?: string) => {
    fate.dies = true;
    await post(path, json, key);
    fate.dies = false;
    await service.clock.advance(LOCK_MS);
    return post(path, json, key);
  };
  const count = (name: string): Promise<number> => database.collection(name).count();
  return { ...service, database, post, postTwice, count };
};

describe('a request with an idempotency-key whose answer was lost', () => {
  it('makes one campaign, with its markets', async (context) => {
    const { postTwice, count } = await start(context);
    const again = await postTwice('/campaigns', { name: 'Tour', markets: [{ eventId: 'e1' }] });
    assert.deepEqual([again.status, dataOf<Made>(again).version], [201, 1]);
    assert.match(dataOf<Made>(again)._id, /^[0-9a-f]{24}$/);
    assert.deepEqual([await count('campaigns'), await count('markets')], [1, 1]);
  });

  it('is answered 201 also where it names an id', async (context) => {
    const { postTwice, post } = await start(context);
    const again = await postTwice('/campaigns', { _id: 'given', name: 'Tour' });
    assert.deepEqual([again.status, dataOf<Made>(again)._id], [201, 'given']);
    for (const key of ['another', undefined]) {
      const other = await post('/campaigns', { _id: 'given', name: 'Tour' }, key, {
        ...(key === undefined ? { headers: {} } : {}),
      });
      assert.deepEqual([other.status, errorOf(other).type], [409, 'ALREADY_EXISTS'], key);
    }
  });

  it('adds one market', async (context) => {
    const { postTwice, post, count } = await start(context);
    await post('/campaigns', { _id: 'tour', name: 'Tour' });
    const again = await postTwice('/campaigns/tour/markets', { eventId: 'e1' });
    assert.deepEqual([again.status, dataOf<Made>(again).version, await count('markets')], [201, 1, 1]);
    const other = await post('/campaigns/tour/markets', { eventId: 'e1' }, 'another');
    assert.deepEqual([other.status, errorOf(other).type], [409, 'EVENT_CONFLICT']);
  });

  it('makes one promoter, also where it names an id', async (context) => {
    const { postTwice, post, count } = await start(context);
    for (const json of [{ name: 'Promoter' }, { _id: 'given', name: 'Promoter' }]) {
      const again = await postTwice('/promoters', json, `key-${json._id}`);
      assert.deepEqual([again.status, dataOf<Made>(again).version], [201, 1]);
    }
    assert.equal(await count('promoters'), 2);
    const other = await post('/promoters', { _id: 'given', name: 'Promoter' }, 'another');
    assert.deepEqual([other.status, errorOf(other).type], [409, 'ALREADY_EXISTS']);
  });

  it('answers what was made as it is by now', async (context) => {
    const { call, clock, post, database } = await start(context);
    const made = dataOf<Made>(await post('/campaigns', { name: 'Tour' }));
    const promoter = dataOf<Made>(await post('/promoters', { name: 'Promoter' }));
    const edit = { claims: SUPREME, headers: { 'if-match': '"1"' } };
    await call(`/campaigns/${made._id}`, { json: { maxRank: 1 }, ...edit });
    await call(`/promoters/${promoter._id}`, { json: { country: 'DE' }, ...edit });
    await database
      .collection('idempotencyKeys')
      .bulkWrite(
        (await database.collection('idempotencyKeys').find()).map(({ _id }) => ({ deleteOne: { filter: { _id } } })),
      );
    await clock.advance(LOCK_MS);
    const [campaignAgain, promoterAgain] = [
      await post('/campaigns', { name: 'Tour' }),
      await post('/promoters', { name: 'Promoter' }),
    ];
    assert.deepEqual(
      [campaignAgain.status, dataOf<Made>(campaignAgain)],
      [201, { ...dataOf<Made>(campaignAgain), _id: made._id, version: 2 }],
    );
    assert.deepEqual([promoterAgain.status, promoterAgain.headers.etag], [201, '"2"']);
  });

  it('makes one campaign when both are under way', async (context) => {
    const database = openDatabase(context);
    const gate = createGate();
    let commits = 0;
    const slow: Database = {
      ...database,
      async transact(steps) {
        commits += 1;
        if (commits === 1) await gate.wait();
        return database.transact(steps);
      },
    };
    // Two services do not know of each other's locks: as if that of the first had ended.
    const [one, two] = [await startService(context, { database: slow }), await startService(context, { database })];
    const send = ({ call }: typeof one) =>
      call('/campaigns', { claims: SUPREME, json: { name: 'Tour' }, headers: { 'idempotency-key': 'k' } });
    const first = send(one);
    while (commits === 0) await new Promise((resolve) => setImmediate(resolve));
    const keys = database.collection('idempotencyKeys');
    await keys.bulkWrite((await keys.find()).map(({ _id }) => ({ deleteOne: { filter: { _id } } })));
    const second = await send(two);
    gate.open();
    const answers = [await first, second];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [201, 201],
    );
    assert.equal(new Set(answers.map((answer) => dataOf<Made>(answer)._id)).size, 1);
    assert.equal(await database.collection('campaigns').count(), 1);
  });

  it('shows nothing of what is remembered for it, and tells nobody', async (context) => {
    const { call, post, database } = await start(context);
    const campaign = await post('/campaigns', { _id: 'tour', name: 'Tour' });
    const market = await post('/campaigns/tour/markets', { eventId: 'e1' });
    const promoter = await post('/promoters', { _id: 'p', name: 'Promoter' });
    const read = await Promise.all(
      ['/campaigns/tour', '/campaigns', '/promoters/p', '/promoters', '/campaigns/tour/markets'].map((path) =>
        call(path, { claims: SUPREME }),
      ),
    );
    for (const { text } of [campaign, market, promoter, ...read]) assert.doesNotMatch(text, /operation/);
    for (const name of ['campaigns', 'markets', 'promoters'])
      assert.equal(typeof (await database.collection(name).findOne({}))?.operation, 'string', name);
  });
});
