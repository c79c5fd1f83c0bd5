import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { always, BROKEN, type Handler, type Input, inTurn, openTable, row, THROTTLED } from './service.ts';

const keyOf = (number: number) => ({ PK: 'campaign:a', SK: `member:${number}` });
const keysIn = (input: Input): ReturnType<typeof row>[] =>
  (input.RequestItems as { scores: { Keys: ReturnType<typeof row>[] } }).scores.Keys;
/** Finds every row, except those for which `leave` says that they are for later. */
const finding =
  (leave: (SK: string, count: number) => boolean = () => false): Handler =>
  (input, count) => {
    const keys = keysIn(input);
    const left = keys.filter(({ SK }) => leave(SK.S, count));
    const found = keys.filter((key) => !left.includes(key)).toReversed();
    return {
      body: {
        Responses: { scores: found },
        UnprocessedKeys: left.length === 0 ? {} : { scores: { Keys: left, ConsistentRead: true } },
      },
    };
  };

describe('reading rows from DynamoDB', () => {
  it('asks again for the keys that were left, and for them alone', async (test) => {
    const BatchGetItem = finding((SK, count) => count === 1 && SK !== 'member:1');
    const { table, inputsOf } = await openTable(test, { BatchGetItem });
    assert.deepEqual(await table.getMany([0, 1, 2].map(keyOf)), [0, 1, 2].map(keyOf));
    const asked = inputsOf('BatchGetItem').map((input) => keysIn(input).map(({ SK }) => SK.S));
    assert.deepEqual(asked, [
      ['member:0', 'member:1', 'member:2'],
      ['member:0', 'member:2'],
    ]);
  });

  it('gives up on keys that are always left', async (test) => {
    const { table, inputsOf } = await openTable(test, { BatchGetItem: finding((SK) => SK === 'member:1') });
    await assert.rejects(table.getMany([0, 1].map(keyOf)), { code: 'throttled', resource: 'scoreTable' });
    // Two more than other calls, because large rows come in several turns.
    assert.equal(inputsOf('BatchGetItem').length, 5);
  });

  it('asks for each key once, a hundred at a time, and answers in order', async (test) => {
    const { table, inputsOf } = await openTable(test, { BatchGetItem: finding() });
    const keys = Array.from({ length: 250 }, (_, number) => keyOf(number % 130));
    assert.deepEqual(await table.getMany(keys), keys);
    assert.deepEqual(
      inputsOf('BatchGetItem')
        .map((input) => keysIn(input).length)
        .toSorted(),
      [100, 30],
    );
  });

  it('answers undefined where there is no row', async (test) => {
    const { table } = await openTable(test, {
      BatchGetItem: always({ body: { Responses: { scores: [row('campaign:a', 'member:1')] } } }),
      GetItem: always({ body: {} }),
    });
    assert.deepEqual(await table.getMany([keyOf(0), keyOf(1)]), [undefined, keyOf(1)]);
    assert.equal(await table.get(keyOf(0)), undefined);
    assert.deepEqual(await table.getMany([]), []);
  });

  it('repeats what failed in a way that may pass, and reads consistently', async (test) => {
    const { table, inputsOf } = await openTable(test, {
      GetItem: inTurn(THROTTLED, 'hang up', { body: { Item: row('campaign:a', 'member:1', 'here') } }),
    });
    assert.deepEqual(await table.get(keyOf(1)), { ...keyOf(1), text: 'here' });
    assert.deepEqual(
      inputsOf('GetItem').map(({ ConsistentRead }) => ConsistentRead),
      [true, true, true],
    );
  });

  it('throws what does not pass', async (test) => {
    const { table, inputsOf } = await openTable(test, {
      GetItem: always(BROKEN),
      Query: always({ error: 'AccessDeniedException' }),
    });
    await assert.rejects(table.get(keyOf(1)), { code: 'unavailable', retryable: true });
    assert.equal(inputsOf('GetItem').length, 3);
    await assert.rejects(table.query({ PK: 'campaign:a' }), { code: 'validation', retryable: false });
    assert.equal(inputsOf('Query').length, 1);
  });

  it('reads a set or bytes of somebody else as the fault that it is', async (test) => {
    const Item = { ...row('campaign:a', 'member:1'), tags: { SS: ['a'] } };
    const { table } = await openTable(test, { GetItem: always({ body: { Item } }) });
    await assert.rejects(table.get(keyOf(1)), { code: 'validation' });
  });

  it('asks DynamoDB for pages in its own words', async (test) => {
    const { table, inputsOf } = await openTable(test, {
      Query: inTurn(
        { body: { Items: [], LastEvaluatedKey: row('campaign:a', 'member:1') } },
        { body: { Items: [row('campaign:a', 'member:0')] } },
      ),
    });
    const query = {
      PK: 'campaign:a',
      SK: { beginsWith: 'member:' },
      limit: 2,
      reverse: true,
      filter: { exists: 'SKY' },
    };
    const first = await table.query(query);
    assert.deepEqual(first.items, []);
    assert.ok(first.cursor);
    assert.deepEqual(await table.query({ ...query, cursor: first.cursor }), { items: [keyOf(0)] });
    const { TableName: _, ...input } = inputsOf('Query')[1] ?? {};
    assert.deepEqual(input, {
      ConsistentRead: true,
      ExclusiveStartKey: row('campaign:a', 'member:1'),
      ExpressionAttributeNames: { '#0': 'PK', '#1': 'SK', '#2': 'SKY' },
      ExpressionAttributeValues: { ':0': { S: 'campaign:a' }, ':1': { S: 'member:' } },
      FilterExpression: 'attribute_exists(#2)',
      KeyConditionExpression: '#0 = :0 AND begins_with(#1, :1)',
      Limit: 2,
      ScanIndexForward: false,
    });
  });

  it('signs again when the server’s clock shows that its own is wrong', async (test) => {
    const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
    const { table, inputsOf } = await openTable(
      test,
      { GetItem: inTurn({ error: 'InvalidSignatureException', headers }, { body: {} }) },
      { attempts: 1 },
    );
    assert.equal(await table.get(keyOf(1)), undefined);
    assert.equal(inputsOf('GetItem').length, 2);
  });
});
