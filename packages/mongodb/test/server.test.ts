import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { systemClock } from '@verifiedfan/embedded';
import { type Document, PortError, type TransactionStep } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { createMongoDatabase, type MongoDatabase, type MongoDatabaseOptions, type Use } from '../src/index.ts';
import { type Answer, type Command, openFakeServer } from './fake-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const openWith = (uri: string, options: Partial<MongoDatabaseOptions> = {}): MongoDatabase => {
  const random = createSeededRandom({ seed: 1 });
  // After a lost connection the driver looks for its server at most twice a second.
  const limits = { timeoutMs: 300, connectTimeoutMs: 1_500 };
  const database = createMongoDatabase({ uri, name: 'service', clock: systemClock, random, ...limits, ...options });
  closing.push(database.close);
  return database;
};

const setUp = async (answer: (name: string, command: Command) => Answer, options?: Partial<MongoDatabaseOptions>) => {
  const server = await openFakeServer((name, command) =>
    name === 'create' || name === 'createIndexes' ? {} : answer(name, command),
  );
  closing.push(server.close);
  const database = openWith(server.uri, options);
  return { server, database, fans: database.collection<Document>('fans') };
};

const failureOf = async (call: Promise<unknown>): Promise<PortError> => {
  const error: unknown = await call.then(
    () => assert.fail('should have been refused'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof PortError, String(error));
  return error;
};

const duplicate = {
  index: 0,
  code: 11_000,
  errmsg: 'E11000 duplicate key error collection: service.fans index: email dup key: { email: "fan@example.com" }',
  keyPattern: { email: 1 },
  keyValue: { email: 'fan@example.com' },
};

const insertStep: TransactionStep = { collection: 'fans', operation: { insertOne: { document: { _id: 'a' } } } };

describe('a call', () => {
  it('names the index of a duplicate key and never the value, in the error and in its cause', async () => {
    const { fans } = await setUp(() => ({ n: 0, writeErrors: [duplicate] }));
    const error = await failureOf(fans.insertOne({ _id: 'a' }));
    assert.equal(error.code, 'duplicate_key');
    assert.match(error.message, /\bemail\b/);
    const { message, stack, cause } = error;
    assert.doesNotMatch(JSON.stringify([message, stack, String((cause as Error).stack), cause]), /fan@example/);
  });

  it('is unavailable and may be repeated when the connection is lost, also the second time', async () => {
    const { fans, server } = await setUp(() => 'drop');
    const error = await failureOf(fans.findById('a'));
    assert.deepEqual([error.code, error.retryable], ['unavailable', true]);
    assert.equal(server.named('find').length, 2, 'the driver repeats a read once');
  });

  it('goes on after one lost connection', async () => {
    let calls = 0;
    const cursor = { id: 0n, ns: 'service.fans', firstBatch: [{ _id: 'a' }] };
    const { fans } = await setUp(() => (calls++ === 0 ? 'drop' : { cursor }));
    assert.deepEqual(await fans.findById('a'), { _id: 'a' });
  });

  it('is unavailable when the server says nothing', async () => {
    const { fans } = await setUp(() => 'silence', { timeoutMs: 50 });
    assert.equal((await failureOf(fans.count())).code, 'unavailable');
  });

  it('tells the server how long it may take', async () => {
    const { fans, server } = await setUp(() => ({ n: 1, nModified: 1 }));
    await fans.updateOne({ _id: 'a' }, { $set: { n: 1 } });
    assert.equal(server.named('update')[0]?.maxTimeMS, 300);
  });

  it('answers a refused update and throws when nobody answered', async () => {
    const { fans } = await setUp(() => ({ n: 0, writeErrors: [duplicate] }));
    const result = await fans.updateOne({ _id: 'a' }, { $set: { n: 1 } });
    assert.equal(
      result.outcome === 'failed' && result.error instanceof PortError && result.error.code,
      'duplicate_key',
    );
    const lost = await setUp(() => 'drop');
    assert.equal((await failureOf(lost.fans.updateOne({ _id: 'a' }, { $set: { n: 1 } }))).code, 'unavailable');
  });

  it('gives an upsert a text as its id', async () => {
    const { fans, server } = await setUp((_, { updates }) => {
      const [{ u }] = updates as [{ u: { $setOnInsert: { _id: string } } }];
      return { n: 1, nModified: 0, upserted: [{ index: 0, _id: u.$setOnInsert._id }] };
    });
    const result = await fans.updateOne({ sid: 's' }, { $set: { n: 1 } }, { upsert: true });
    assert.match(result.outcome === 'done' ? String(result.upsertedId) : '', /^[0-9a-f]{24}$/);
    assert.equal(server.named('update').length, 1);
  });

  it('is told to whoever prints the bill', async () => {
    const uses: Use[] = [];
    const { fans } = await setUp(() => ({ n: 1 }), { onUse: (use) => uses.push(use) });
    await fans.insertOne({ _id: 'a' });
    assert.deepEqual(uses, [{ operation: 'insertOne', requests: 1 }]);
  });
});

describe('an index', () => {
  it('holds only documents with a text in its field, in words that every server knows', async () => {
    const { database, server } = await setUp(() => ({ n: 1 }));
    const site = { name: 'site', fields: [['domain.site', 1]], unique: true, onlyWhereString: 'domain.site' } as const;
    await database
      .collection('campaigns', { indexes: [site, { name: 'id', fields: [['_id', 1]] }] })
      .insertOne({ _id: 'a' });
    assert.deepEqual(server.named('createIndexes')[0]?.indexes, [
      {
        name: 'site',
        key: { 'domain.site': 1 },
        unique: true,
        partialFilterExpression: { 'domain.site': { $gte: '' } },
      },
    ]);
  });

  it('is made once, and asked for again when that failed', async () => {
    let attempts = 0;
    const server = await openFakeServer((name) => {
      if (name !== 'createIndexes') return { n: 1 };
      return attempts++ === 0 ? { ok: 0, code: 91, errmsg: 'shutting down', codeName: 'ShutdownInProgress' } : {};
    });
    closing.push(server.close);
    const fans = openWith(server.uri).collection<Document>('fans', { indexes: [{ name: 'n', fields: [['n', 1]] }] });
    assert.equal((await failureOf(fans.insertOne({ _id: 'a' }))).code, 'unavailable');
    await Promise.all([fans.insertOne({ _id: 'a' }), fans.insertOne({ _id: 'b' })]);
    await fans.insertOne({ _id: 'c' });
    assert.equal(attempts, 2);
  });

  it('that stands there with other options is a clear error', async () => {
    const server = await openFakeServer(() => ({ ok: 0, code: 86, codeName: 'IndexKeySpecsConflict', errmsg: 'x' }));
    closing.push(server.close);
    const fans = openWith(server.uri).collection<Document>('fans', { indexes: [{ name: 'n', fields: [['n', 1]] }] });
    assert.equal((await failureOf(fans.count())).code, 'validation');
  });
});

describe('a bulk', () => {
  it('goes one by one where the server has no command for it, and does not ask for it again', async () => {
    const { fans, server } = await setUp((name, { inserts, documents }) => {
      if (name === 'bulkWrite') return { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: 'no such command' };
      assert.equal(inserts, undefined);
      return (documents as Document[])[0]?._id === 'b' ? { n: 0, writeErrors: [duplicate] } : { n: 1 };
    });
    const insert = (_id: string) => ({ insertOne: { document: { _id } } });
    for (let round = 0; round < 2; round += 1) {
      const results = await fans.bulkWrite([insert('a'), insert('b'), insert('c')]);
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ['done', 'failed', 'done'],
      );
    }
    assert.deepEqual([server.named('bulkWrite').length, server.named('insert').length], [1, 6]);
  });

  it('sends nothing of an operation that is wrong in itself, and answers it in its place', async () => {
    const { fans, server } = await setUp(() => 'drop');
    const results = await fans.bulkWrite([
      { insertOne: { document: { _id: '' } } },
      { deleteOne: { filter: { $where: 'x' } } },
    ]);
    assert.deepEqual(
      results.map((result) => result.outcome === 'failed' && result.error instanceof PortError && result.error.code),
      ['validation', 'validation'],
    );
    assert.equal(server.commands.filter(({ name }) => name !== 'create').length, 0);
  });

  it('rejects when nothing of it was answered', async () => {
    const { fans } = await setUp(() => 'drop');
    const error = await failureOf(fans.bulkWrite([{ insertOne: { document: { _id: 'a' } } }]));
    assert.equal(error.code, 'unavailable');
  });
});

const conflict = {
  ok: 0,
  code: 112,
  codeName: 'WriteConflict',
  errmsg: 'x',
  errorLabels: ['TransientTransactionError'],
};
const unknownCommit = {
  ok: 0,
  code: 50,
  codeName: 'MaxTimeMSExpired',
  errmsg: 'x',
  errorLabels: ['UnknownTransactionCommitResult'],
};

describe('a transaction', () => {
  it('is run again from its start when it met another one', async () => {
    let inserts = 0;
    const { database, server } = await setUp((name) => {
      if (name !== 'insert') return {};
      return inserts++ === 0 ? conflict : { n: 1 };
    });
    assert.equal((await database.transact([insertStep])).outcome, 'committed');
    assert.deepEqual(
      server.commands.map(({ name }) => name).filter((name) => name !== 'create'),
      ['insert', 'abortTransaction', 'insert', 'commitTransaction'],
    );
  });

  it('gives up after a few runs as a conflict that may be repeated', async () => {
    const { database, server } = await setUp((name) => (name === 'insert' ? conflict : {}), { maxAttempts: 3 });
    const error = await failureOf(database.transact([insertStep]));
    assert.deepEqual([error.code, error.retryable, server.named('insert').length], ['conflict', true, 3]);
  });

  it('repeats only the commit when it is not known how that ended', async () => {
    let commits = 0;
    const { database, server } = await setUp((name) => {
      if (name === 'insert') return { n: 1 };
      return name === 'commitTransaction' && commits++ < 2 ? unknownCommit : {};
    });
    assert.equal((await database.transact([insertStep])).outcome, 'committed');
    assert.equal(server.named('insert').length, 1);
  });

  it('says so when it never learns how the commit ended', async () => {
    const { database } = await setUp((name) => (name === 'insert' ? { n: 1 } : unknownCommit), { maxAttempts: 2 });
    const error = await failureOf(database.transact([insertStep]));
    assert.equal(error.code, 'unavailable');
    assert.match(error.message, /not known/);
  });
});

describe('a database', () => {
  it('cannot be verified when nobody listens, and tells nothing of its address', async () => {
    const server = await openFakeServer(() => ({}));
    const { port } = new URL(server.uri);
    await server.close();
    const uri = `mongodb://someone:geheim@127.0.0.1:${port}/?replicaSet=test`;
    const database = openWith(uri, { connectTimeoutMs: 100 });
    for (let round = 0; round < 2; round += 1) {
      const error = await failureOf(database.verify());
      assert.equal(error.code, 'unavailable');
      assert.doesNotMatch(`${error.stack} ${(error.cause as Error).stack}`, /geheim|someone/);
    }
  });

  it('cannot be verified with credentials that the server refuses', async () => {
    const { database } = await setUp(() => ({ ok: 0, code: 18, codeName: 'AuthenticationFailed', errmsg: 'no' }));
    const error = await failureOf(database.verify());
    assert.deepEqual([error.code, error.message], ['validation', 'MongoDB refuses the credentials']);
  });

  it('ends calls under way before it is closed, and takes none after', async () => {
    const { database, fans } = await setUp(() => ({ n: 1 }));
    const inserting = fans.insertOne({ _id: 'a' });
    await Promise.all([database.close(), database.close()]);
    await inserting;
    assert.equal((await failureOf(fans.count())).code, 'closed');
  });

  it('refuses options that it does not know, and an address that is none without quoting it', () => {
    const random = createSeededRandom({ seed: 1 });
    const needed = { name: 'service', clock: systemClock, random };
    assert.throws(
      () => createMongoDatabase({ ...needed, uri: 'mongodb://x', timeout: 5 } as MongoDatabaseOptions),
      /timeout/,
    );
    assert.throws(() => createMongoDatabase(needed), TypeError);
    assert.throws(
      () => createMongoDatabase({ ...needed, uri: 'mongodb://someone:geheim@' }),
      (error: PortError) => error.code === 'validation' && !error.stack?.includes('geheim'),
    );
  });
});
