import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createDynamoTable, type DynamoTableOptions, makeTable } from '@verifiedfan/aws';
import type { Item } from '@verifiedfan/ports';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { assertStruck, HOUR_MS, isPortError, startProxy } from './set-up.ts';

const openTable = async (test: TestContext, options: Partial<DynamoTableOptions> = {}) => {
  const { proxy, connection } = await startProxy(test, 'dynamodb-local');
  const tableName = uniqueName('table');
  await makeTable({ tableName, connection: awsConnection('dynamodb-local') });
  const table = createDynamoTable({ name: 'demandTable', tableName, connection, pollMs: 50, ...options });
  test.after(() => table.close());
  return { proxy, connection, table };
};

const PK = 'campaign:a';
const rowsOf = (count: number): Item[] =>
  Array.from({ length: count }, (_, number) => ({ PK, SK: `row:${number}`, number }));

describe('a table behind the fault proxy', () => {
  it('reads every row of a batch that DynamoDB answers in parts, throttles and loses', async (test) => {
    const { proxy, table } = await openTable(test);
    const rows = rowsOf(230);
    await table.updateMany(rows.map((put) => ({ put })));
    const operations = ['dynamodb.BatchGetItem'];
    proxy.add({ kind: 'partial', operations, times: 3 });
    proxy.add({ kind: 'throttle', operations, times: 2 });
    proxy.add({ kind: 'cut-answer', operations, times: 1 });
    assert.deepEqual(await table.getMany(rows), rows);
    assert.deepEqual(proxy.counts().injected, { partial: 3, throttle: 2, 'cut-answer': 1 });
  });

  it('says throttled when it is refused or left to wait every time', async (test) => {
    const { proxy, table } = await openTable(test, { attempts: 2 });
    proxy.add({ kind: 'partial', share: 1 });
    await assert.rejects(table.getMany(rowsOf(1)), isPortError('throttled', 'demandTable'));
    proxy.clear();
    proxy.add({ kind: 'throttle' });
    await assert.rejects(table.get({ PK, SK: 'a' }), isPortError('throttled', 'demandTable'));
    const [result] = await table.updateMany([{ put: { PK, SK: 'a' } }]);
    assert.ok(result?.outcome === 'failed' && isPortError('throttled')(result.error));
  });

  it('writes every row though requests are throttled, cut and lost', async (test) => {
    const { proxy, table } = await openTable(test);
    const rows = rowsOf(80);
    proxy.add({ kind: 'throttle', chance: 0.2, times: 20 });
    proxy.add({ kind: 'cut-request', chance: 0.1, times: 8 });
    proxy.add({ kind: 'cut-answer', chance: 0.1, times: 8 });
    proxy.add({ kind: 'lose-answer', chance: 0.1, times: 8 });
    const results = await table.updateMany(rows.map((put) => ({ put })));
    assert.deepEqual(new Set(results.map(({ outcome }) => outcome)), new Set(['applied']));
    assertStruck(proxy, 'throttle', 'cut-request', 'cut-answer', 'lose-answer');
    proxy.clear();
    assert.deepEqual(await table.getMany(rows), rows);
  });

  it('never adds twice: an addition whose answer was lost has failed, and is in the row once or not at all', async (test) => {
    const { proxy, table } = await openTable(test);
    const rows = rowsOf(60);
    proxy.add({ kind: 'throttle', chance: 0.2 });
    proxy.add({ kind: 'lose-answer', chance: 0.2 });
    proxy.add({ kind: 'cut-request', chance: 0.2 });
    const results = await table.updateMany(
      rows.map((update) => ({ update: { PK, SK: String(update.SK) }, add: { n: 1 } })),
    );
    assertStruck(proxy, 'throttle', 'lose-answer', 'cut-request');
    proxy.clear();
    const counts = (await table.getMany(rows.map(({ SK }) => ({ PK, SK: String(SK) })))).map((row) => row?.n);
    for (const [index, result] of results.entries()) {
      if (result.outcome === 'applied') assert.equal(counts[index], 1);
      else assert.ok(result.outcome === 'failed' && isPortError('unavailable')(result.error));
      assert.ok(counts[index] === undefined || counts[index] === 1, `added ${counts[index]} times`);
    }
    assert.ok(results.some(({ outcome }, index) => outcome === 'failed' && counts[index] === 1));
    assert.ok(results.some(({ outcome }, index) => outcome === 'failed' && counts[index] === undefined));
  });

  it('applies a transaction once under its token, however often its answer is lost', async (test) => {
    const { proxy, table } = await openTable(test);
    proxy.add({ kind: 'lose-answer', times: 2 });
    proxy.add({ kind: 'cut-answer', times: 1 });
    proxy.add({ kind: 'throttle', times: 1 });
    const update = { PK, SK: 'sum' };
    assert.deepEqual(await table.transact([{ update, add: { n: 1 } }], { token: 'once' }), { outcome: 'applied' });
    assertStruck(proxy, 'lose-answer', 'cut-answer', 'throttle');
    assert.deepEqual(await table.get(update), { ...update, n: 1 });
  });

  it('goes on from page to page of a megabyte though pages are cut in the middle', async (test) => {
    const { proxy, table } = await openTable(test);
    const rows = rowsOf(8).map((row) => ({ ...row, filling: 'x'.repeat(390_000) }));
    await table.updateMany(rows.map((put) => ({ put })));
    proxy.add({ kind: 'cut-answer', operations: ['dynamodb.Query'], times: 2 });
    const found: Item[] = [];
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await table.query({ PK, ...(cursor === undefined ? {} : { cursor }) });
      found.push(...page.items);
      cursor = page.cursor;
      pages += 1;
    } while (cursor !== undefined);
    assert.deepEqual(found, rows);
    assert.ok(pages >= 3, 'more than three megabytes');
    assert.equal(proxy.counts().injected['cut-answer'], 2);
  });

  for (const skewMs of [HOUR_MS, -HOUR_MS]) {
    it(`sets its clock right when it is ${skewMs > 0 ? 'an hour behind' : 'an hour ahead'}, for rows and for changes`, async (test) => {
      const { proxy, table } = await openTable(test);
      proxy.add({ kind: 'wrong-clock', skewMs });
      await table.updateMany([{ put: { PK, SK: 'a' } }]);
      const [shard] = await table.changes.shards();
      const { records } = await table.changes.read({ shard: shard?.id ?? '', limit: 10 });
      assert.equal(records.length, 1);
      // Once for the client of rows and once for that of changes.
      assert.equal(proxy.counts().injected['wrong-clock'], 2);
    });
  }

  it('says at the start that its credentials are wrong, once and without showing them', async (test) => {
    const { proxy, connection, table } = await openTable(test);
    proxy.add({ kind: 'wrong-credentials' });
    await assert.rejects(table.verify(), (error: Error) => {
      assert.ok(isPortError('validation', 'demandTable')(error));
      assert.ok(!error.message.includes(connection.credentials?.accessKeyId ?? 'none'));
      return /UnrecognizedClientException/.test(error.message);
    });
    assert.equal(proxy.counts().requests, 1);
  });

  it('is unavailable while DynamoDB is away, and loses nothing that was acknowledged', async (test) => {
    const { proxy, table } = await openTable(test, { attempts: 2 });
    const [kept] = await table.updateMany([{ put: { PK, SK: 'kept' } }]);
    assert.equal(kept?.outcome, 'applied');
    await proxy.down();
    await assert.rejects(table.get({ PK, SK: 'kept' }), isPortError('unavailable', 'demandTable'));
    const [lost] = await table.updateMany([{ put: { PK, SK: 'lost' } }]);
    assert.equal(lost?.outcome, 'failed');
    await proxy.up();
    assert.deepEqual(await table.get({ PK, SK: 'kept' }), { PK, SK: 'kept' });
    assert.equal(await table.get({ PK, SK: 'lost' }), undefined);
  });
});

describe('the changes of a table behind the fault proxy', () => {
  it('come once and in order though iterators expire, reads are throttled, and answers are cut and lost', async (test) => {
    const { proxy, table } = await openTable(test);
    const rows = rowsOf(60);
    await table.updateMany(rows.map((put) => ({ put })));
    proxy.add({ kind: 'expired-iterator', chance: 0.3 });
    proxy.add({ kind: 'throttle', operations: ['dynamodb-streams.*'], chance: 0.2 });
    proxy.add({ kind: 'lose-answer', operations: ['dynamodb-streams.GetRecords'], chance: 0.2 });
    proxy.add({ kind: 'cut-answer', operations: ['dynamodb-streams.GetRecords'], chance: 0.2 });
    const [{ id: shard } = { id: '' }] = await table.changes.shards();
    const seen: string[] = [];
    const sequences: string[] = [];
    let after: string | undefined;
    for (let reads = 0; seen.length < rows.length && reads < 200; reads += 1) {
      const request = { shard, after, limit: 3 };
      // An iterator that expires twice in a row is an error to its caller, who reads on from the same place.
      const page = await table.changes.read(request).catch(() => undefined);
      seen.push(...(page?.records ?? []).map(({ keys }) => keys.SK));
      sequences.push(...(page?.records ?? []).map(({ sequence }) => sequence));
      after = page?.last ?? after;
    }
    assertStruck(proxy, 'expired-iterator', 'throttle', 'lose-answer', 'cut-answer');
    assert.deepEqual(seen.toSorted(), rows.map(({ SK }) => String(SK)).toSorted());
    assert.deepEqual(
      sequences,
      sequences.toSorted((a, b) => (BigInt(a) < BigInt(b) ? -1 : 1)),
    );
  });
});
