import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError, type TableAction } from '@verifiedfan/ports';
import { createGate } from '@verifiedfan/test-utils';
import type { DynamoUse } from '../../src/index.ts';
import { always, BROKEN, type Handler, inTurn, OK, openTable, row, THROTTLED } from './service.ts';

const KEY = { PK: 'campaign:a', SK: 'member:1' };
const keyOf = (number: number) => ({ PK: 'campaign:a', SK: `member:${number}` });
const sortKeyOf = (input: Record<string, unknown>): string => ((input.Item ?? input.Key) as { SK: { S: string } }).SK.S;
const codeOf = (result: unknown): string | undefined => {
  const { error } = result as { error?: unknown };
  return error instanceof PortError ? error.code : undefined;
};
/** Answers rows by their sort key, the others well. */
const bySortKey =
  (answers: Readonly<Record<string, Handler>>): Handler =>
  (input, count) =>
    answers[sortKeyOf(input)]?.(input, count) ?? { body: {} };

describe('writing rows to DynamoDB', () => {
  it('sends a throttled row again, and it alone', async (test) => {
    let refusals = 2;
    const PutItem = bySortKey({ 'member:1': () => (refusals-- > 0 ? THROTTLED : { body: {} }) });
    const { table, inputsOf, clock } = await openTable(test, { PutItem });
    const results = await table.updateMany([0, 1, 2].map((number) => ({ put: keyOf(number) })));
    assert.deepEqual(
      results.map(({ outcome }) => outcome),
      ['applied', 'applied', 'applied'],
    );
    assert.deepEqual(inputsOf('PutItem').map(sortKeyOf).toSorted(), [
      'member:0',
      'member:1',
      'member:1',
      'member:1',
      'member:2',
    ]);
    assert.equal(clock.sleeps.length, 2);
  });

  it('answers “failed” for a row that stays throttled, and the others as they went', async (test) => {
    const { table, inputsOf } = await openTable(test, { PutItem: bySortKey({ 'member:1': always(THROTTLED) }) });
    const results = await table.updateMany([0, 1].map((number) => ({ put: keyOf(number) })));
    assert.deepEqual(results[0], { outcome: 'applied', changed: true, old: undefined });
    assert.equal(codeOf(results[1]), 'throttled');
    assert.equal(inputsOf('PutItem').length, 1 + 3);
  });

  it('repeats after a server error or a lost connection what may be repeated', async (test) => {
    const { table, inputsOf } = await openTable(test, { UpdateItem: inTurn(BROKEN, 'hang up', { body: {} }) });
    const [result] = await table.updateMany([{ update: KEY, set: { a: 1 } }]);
    assert.equal(result?.outcome, 'applied');
    assert.equal(inputsOf('UpdateItem').length, 3);
  });

  it('never repeats an addition whose outcome is unknown', async (test) => {
    for (const lost of [BROKEN, 'hang up'] as const) {
      const { table, inputsOf } = await openTable(test, { UpdateItem: inTurn(lost, { body: {} }) });
      const [result] = await table.updateMany([{ update: KEY, add: { n: 1 } }]);
      assert.equal(codeOf(result), 'unavailable');
      assert.equal(inputsOf('UpdateItem').length, 1);
    }
  });

  it('repeats an addition that was throttled, because that was not carried out', async (test) => {
    const { table } = await openTable(test, { UpdateItem: inTurn(THROTTLED, { body: {} }) });
    assert.equal((await table.updateMany([{ update: KEY, add: { n: 1 } }]))[0]?.outcome, 'applied');
  });

  it('does not call it a refusal when the refusing row may be its own', async (test) => {
    const own = { error: 'ConditionalCheckFailedException', fields: { Item: row(KEY.PK, KEY.SK) } };
    const { table } = await openTable(test, { PutItem: inTurn('hang up', own) });
    const [result] = await table.updateMany([{ put: KEY, condition: { absent: 'PK' } }]);
    assert.equal(codeOf(result), 'unavailable');
  });

  it('answers a refusal with the row that refused', async (test) => {
    const refusal = { error: 'ConditionalCheckFailedException', fields: { Item: row(KEY.PK, KEY.SK, 'here') } };
    const { table, inputsOf } = await openTable(test, {
      DeleteItem: always(refusal),
      PutItem: always({ error: 'ConditionalCheckFailedException' }),
    });
    const condition = { absent: 'PK' };
    assert.deepEqual(
      await table.updateMany([
        { delete: KEY, condition },
        { put: keyOf(2), condition },
      ]),
      [
        { outcome: 'refused', item: { ...KEY, text: 'here' } },
        { outcome: 'refused', item: undefined },
      ],
    );
    assert.equal(inputsOf('DeleteItem')[0]?.ReturnValuesOnConditionCheckFailure, 'ALL_OLD');
  });

  it('tells from the old image whether the row is another now', async (test) => {
    const old = { body: { Attributes: { ...row(KEY.PK, KEY.SK, 'same'), n: { N: '1' } } } };
    const { table } = await openTable(test, { PutItem: () => old, UpdateItem: () => old, DeleteItem: OK });
    const actions: TableAction[] = [
      { put: { n: 1, text: 'same', ...KEY } },
      { put: { ...KEY, text: 'same' } },
      { update: KEY, set: { text: 'same' }, add: { n: 0 } },
      { update: KEY, setIfAbsent: { other: null } },
      { delete: KEY },
    ];
    const results = await table.updateMany(actions);
    const changed = results.map((result) => result.outcome === 'applied' && result.changed);
    assert.deepEqual(changed, [false, true, false, true, false]);
  });

  it('sends actions on one row one after the other', async (test) => {
    const gate = createGate();
    const { table, calls } = await openTable(test, {
      async PutItem() {
        await gate.wait();
        return { body: {} };
      },
      DeleteItem: OK,
    });
    const writing = table.updateMany([{ put: KEY }, { delete: KEY }, { delete: keyOf(2) }]);
    while (calls.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(calls.map(({ operation }) => operation).toSorted(), ['DeleteItem', 'PutItem']);
    gate.open();
    await writing;
    assert.equal(calls.at(-1)?.operation, 'DeleteItem');
    assert.equal(calls.length, 3);
  });

  it('holds a later action on a row back when an earlier one may still arrive', async (test) => {
    const { table, inputsOf } = await openTable(test, { PutItem: always('hang up'), DeleteItem: OK });
    const results = await table.updateMany([{ put: KEY }, { delete: KEY }, { delete: keyOf(2) }]);
    assert.deepEqual(results.map(codeOf), ['unavailable', 'unavailable', undefined]);
    assert.deepEqual(inputsOf('DeleteItem').map(sortKeyOf), ['member:2']);
  });

  it('fails alone the row that DynamoDB finds wrong, and goes on with the next action on it', async (test) => {
    const tooLarge = {
      error: 'ValidationException',
      fields: { message: 'Item size to update has exceeded the maximum allowed size' },
    };
    const { table } = await openTable(test, {
      UpdateItem: inTurn(tooLarge, { error: 'ValidationException' }),
      DeleteItem: OK,
    });
    const results = await table.updateMany([
      { update: KEY, set: { a: 1 } },
      { update: KEY, add: { a: 1 } },
      { delete: KEY },
    ]);
    assert.deepEqual(results.map(codeOf), ['too_large', 'validation', undefined]);
  });

  it('rejects the whole call, and sends no more, when the fault is not the row’s', async (test) => {
    for (const [error, code] of [
      ['ResourceNotFoundException', 'not_found'],
      ['AccessDeniedException', 'validation'],
      ['UnrecognizedClientException', 'validation'],
    ] as const) {
      const { table, inputsOf } = await openTable(test, { PutItem: always({ error }) }, { concurrency: 2 });
      const actions = Array.from({ length: 50 }, (_, number) => ({ put: keyOf(number) }));
      await assert.rejects(table.updateMany(actions), { code, resource: 'scoreTable' });
      assert.ok(inputsOf('PutItem').length <= 4, `${inputsOf('PutItem').length} requests`);
    }
  });

  it('has as many requests under way as it was told, and no more', async (test) => {
    let underWay = 0;
    let most = 0;
    const full = createGate();
    const PutItem: Handler = async () => {
      most = Math.max(most, ++underWay);
      if (underWay === 3) full.open();
      await full.wait();
      await new Promise((resolve) => setImmediate(resolve));
      underWay--;
      return { body: {} };
    };
    const { table } = await openTable(test, { PutItem }, { concurrency: 3 });
    await table.updateMany(Array.from({ length: 30 }, (_, number) => ({ put: keyOf(number) })));
    assert.equal(most, 3);
  });

  it('sends nothing of a call in which one action is wrong', async (test) => {
    const { table, calls } = await openTable(test, { PutItem: OK });
    const wide = Object.fromEntries(Array.from({ length: 600 }, (_, number) => [`attribute${number}`, number]));
    for (const [wrong, code] of [
      [{ put: { PK: '', SK: 'a' } }, 'validation'],
      [{ put: { ...KEY, a: 'x'.repeat(500_000) } }, 'too_large'],
      [{ update: KEY, set: wide }, 'validation'],
    ] as const) {
      await assert.rejects(table.updateMany([{ put: keyOf(2) }, wrong]), { code });
    }
    assert.deepEqual(await table.updateMany([]), []);
    assert.equal(calls.length, 0);
  });

  it('puts every name and value behind a placeholder', async (test) => {
    const { table, inputsOf } = await openTable(test, { UpdateItem: OK });
    const condition = { any: [{ between: ['size', 1, 2] }, { not: { contains: ['a.b', 'c'] } }] } as const;
    await table.updateMany([
      { update: KEY, set: { name: 'x' }, setIfAbsent: { 'a.b': 1 }, add: { size: 1 }, remove: ['#x'], condition },
    ]);
    const [input] = inputsOf('UpdateItem');
    assert.deepEqual(input?.ExpressionAttributeNames, { '#0': 'name', '#1': 'a.b', '#2': 'size', '#3': '#x' });
    assert.equal(input?.UpdateExpression, 'SET #0=:0,#1=if_not_exists(#1,:1) ADD #2 :2 REMOVE #3');
    assert.equal(input?.ConditionExpression, '(#2 BETWEEN :3 AND :4) OR (NOT (contains(#1, :5)))');
    assert.deepEqual(Object.keys(input?.ExpressionAttributeValues as object), [':0', ':1', ':2', ':3', ':4', ':5']);
  });

  it('tells what requests cost, refused ones by the size of the row', async (test) => {
    const uses: DynamoUse[] = [];
    const large = { ...row(KEY.PK, KEY.SK), text: { S: 'x'.repeat(2_000) } };
    const { table, inputsOf } = await openTable(
      test,
      {
        PutItem: inTurn(THROTTLED, { body: { ConsumedCapacity: { TableName: 'scores', CapacityUnits: 3 } } }),
        DeleteItem: always({ error: 'ConditionalCheckFailedException', fields: { Item: large } }),
      },
      { onUse: (use) => uses.push(use), concurrency: 1 },
    );
    await table.updateMany([{ put: KEY }, { delete: keyOf(2), condition: { exists: 'PK' } }]);
    const totals = (operation: string) => {
      const own = uses.filter((use) => use.operation === operation);
      return {
        requests: own.reduce((sum, one) => sum + one.requests, 0),
        units: own.reduce((sum, one) => sum + one.writeUnits, 0),
      };
    };
    assert.deepEqual(totals('PutItem'), { requests: 2, units: 3 });
    assert.deepEqual(totals('DeleteItem'), { requests: 1, units: 2 });
    assert.equal(inputsOf('PutItem')[0]?.ReturnConsumedCapacity, 'TOTAL');
  });

  it('is closed after close, and close waits for what is under way', async (test) => {
    const gate = createGate();
    const { table, calls } = await openTable(test, {
      async PutItem() {
        await gate.wait();
        return { body: {} };
      },
    });
    const writing = table.updateMany([{ put: KEY }]);
    while (calls.length < 1) await new Promise((resolve) => setImmediate(resolve));
    const closing = table.close();
    gate.open();
    await closing;
    assert.equal((await writing)[0]?.outcome, 'applied');
    await assert.rejects(table.updateMany([{ put: KEY }]), { code: 'closed' });
    await assert.rejects(table.get(KEY), { code: 'closed' });
    await assert.rejects(table.getMany([KEY]), { code: 'closed' });
  });
});
