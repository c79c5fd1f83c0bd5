import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { TableAction } from '@verifiedfan/ports';
import { type Answer, always, BROKEN, inTurn, OK, openTable } from './service.ts';

const KEY = { PK: 'campaign:a', SK: 'member:1' };
const OTHER = { PK: 'campaign:a', SK: 'member:2' };
const ACTIONS: TableAction[] = [{ put: KEY }, { delete: OTHER, condition: { exists: 'PK' } }];

const cancelled = (...reasons: (string | [string, string])[]): Answer => ({
  error: 'TransactionCanceledException',
  fields: {
    CancellationReasons: reasons.map((reason) =>
      typeof reason === 'string' ? { Code: reason } : { Code: reason[0], Message: reason[1] },
    ),
  },
});

describe('transactions on DynamoDB', () => {
  it('answer a condition that did not hold with one reason for each action', async (test) => {
    const { table, inputsOf } = await openTable(test, {
      TransactWriteItems: always(cancelled('TransactionConflict', 'ConditionalCheckFailed')),
    });
    assert.deepEqual(await table.transact(ACTIONS, { token: 't' }), {
      outcome: 'refused',
      reasons: ['conflict', 'condition'],
    });
    assert.equal(inputsOf('TransactWriteItems').length, 1);
  });

  it('try again when another writer is faster, and say so when it always is', async (test) => {
    const conflict = cancelled('None', 'TransactionConflict');
    const winning = await openTable(test, { TransactWriteItems: inTurn(conflict, conflict, { body: {} }) });
    assert.deepEqual(await winning.table.transact(ACTIONS, { token: 't' }), { outcome: 'applied' });
    assert.equal(winning.clock.sleeps.length, 2);
    const losing = await openTable(test, { TransactWriteItems: always(conflict) });
    assert.deepEqual(await losing.table.transact(ACTIONS, { token: 't' }), {
      outcome: 'refused',
      reasons: [null, 'conflict'],
    });
    assert.equal(losing.inputsOf('TransactWriteItems').length, 3);
  });

  it('send the very same again under the same token when the answer was lost or late', async (test) => {
    const { table, inputsOf } = await openTable(
      test,
      { TransactWriteItems: inTurn('hang up', BROKEN, { error: 'TransactionInProgressException' }, { body: {} }) },
      { attempts: 4 },
    );
    assert.deepEqual(await table.transact(ACTIONS, { token: 't' }), { outcome: 'applied' });
    const [first, ...others] = inputsOf('TransactWriteItems');
    assert.equal(others.length, 3);
    for (const other of others) assert.deepEqual(other, first);
  });

  it('try again when they were throttled as a whole or in one action', async (test) => {
    const answers = [{ error: 'ThrottlingException' }, cancelled('ThrottlingError', 'None'), { body: {} }] as const;
    const { table } = await openTable(test, { TransactWriteItems: inTurn(...answers) });
    assert.deepEqual(await table.transact(ACTIONS, { token: 't' }), { outcome: 'applied' });
    const busy = await openTable(test, {
      TransactWriteItems: always(cancelled('ProvisionedThroughputExceeded', 'None')),
    });
    await assert.rejects(busy.table.transact(ACTIONS, { token: 't' }), { code: 'throttled', retryable: true });
  });

  it('throw what no repetition mends', async (test) => {
    for (const [answer, code] of [
      [{ error: 'IdempotentParameterMismatchException' }, 'token_mismatch'],
      [cancelled('None', ['ValidationError', 'An operand has an incorrect data type']), 'validation'],
      [
        cancelled(['ValidationError', 'Item size to update has exceeded the maximum allowed size'], 'None'),
        'too_large',
      ],
      [{ error: 'ResourceNotFoundException' }, 'not_found'],
    ] as const) {
      const { table, inputsOf } = await openTable(test, { TransactWriteItems: always(answer) });
      await assert.rejects(table.transact(ACTIONS, { token: 't' }), { code });
      assert.equal(inputsOf('TransactWriteItems').length, 1);
    }
  });

  it('have a token of their own in each table, of a length that DynamoDB takes', async (test) => {
    const tokenFor = async (tableName: string, token: string): Promise<string> => {
      const { table, inputsOf } = await openTable(test, { TransactWriteItems: OK }, { tableName });
      await table.transact(ACTIONS, { token });
      return String(inputsOf('TransactWriteItems')[0]?.ClientRequestToken);
    };
    const token = '🎟'.repeat(18);
    assert.equal(await tokenFor('one', token), await tokenFor('one', token));
    assert.notEqual(await tokenFor('one', token), await tokenFor('two', token));
    assert.match(await tokenFor('one', token), /^[\w-]{36}$/);
  });

  it('have the same text whatever the order of attributes, for a token stands for a text', async (test) => {
    const { table, inputsOf } = await openTable(test, { TransactWriteItems: OK });
    await table.transact([{ update: KEY, set: { a: 1, b: 2 }, remove: ['c', 'd'] }], { token: 't' });
    await table.transact([{ update: KEY, remove: ['d', 'c'], set: { b: 2, a: 1 } }], { token: 't' });
    const [first, second] = inputsOf('TransactWriteItems');
    assert.deepEqual(second, first);
  });

  it('make sure of a row by an expression that changes nothing', async (test) => {
    const { table, inputsOf } = await openTable(test, { TransactWriteItems: OK });
    await table.transact([{ update: KEY }, { check: OTHER, condition: { exists: 'PK' } }], { token: 't' });
    const [input] = inputsOf('TransactWriteItems');
    const [update, check] = (input?.TransactItems ?? []) as Record<string, Record<string, unknown>>[];
    assert.equal(update?.Update?.UpdateExpression, 'REMOVE #0');
    assert.deepEqual(JSON.stringify(update?.Update?.ExpressionAttributeNames), '{"#0":"__proto__"}');
    assert.equal(check?.ConditionCheck?.ConditionExpression, 'attribute_exists(#0)');
  });
});
