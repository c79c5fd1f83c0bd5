import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  createDynamoTable,
  type DynamoTableOptions,
  type DynamoUse,
  makeTable,
  sdkConfiguration,
} from '@verifiedfan/aws';
import { awsConnection, uniqueName } from '../../src/index.ts';

const openTable = async (test: TestContext, options: Partial<DynamoTableOptions> = {}) => {
  const connection = awsConnection('dynamodb-local');
  const { tableName = uniqueName('table'), stream } = options;
  await makeTable({ tableName, stream, connection });
  const table = createDynamoTable({ name: 'testTable', tableName, connection, ...options });
  test.after(() => table.close());
  return table;
};

const PK = 'campaign:a';

describe('a table on DynamoDB Local', () => {
  it('ends a page of large rows and goes on behind it', async (test) => {
    const table = await openTable(test);
    const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((SK) => ({ PK, SK, filling: 'é'.repeat(150_000) }));
    await table.updateMany(rows.map((put) => ({ put })));
    const first = await table.query({ PK });
    assert.ok(first.items.length <= 4, 'five of these rows are over 1 MB');
    assert.ok(first.cursor);
    const second = await table.query({ PK, cursor: first.cursor });
    assert.deepEqual([...first.items, ...second.items], rows);
  });

  it('reads more rows than one answer of BatchGetItem holds', async (test) => {
    const table = await openTable(test);
    const rows = Array.from({ length: 50 }, (_, number) => ({ PK, SK: `row:${number}`, filling: 'x'.repeat(390_000) }));
    await table.updateMany(rows.map((put) => ({ put })));
    assert.deepEqual(await table.getMany(rows), rows);
  });

  it('keeps numbers of every size, and adds in decimal', async (test) => {
    const table = await openTable(test);
    const numbers = [2 ** 53 - 1, -(2 ** 53 - 1), 1e21, 1 / 3, 1e-130, 9.99e125];
    await table.updateMany([{ put: { PK, SK: 'numbers', numbers } }, { put: { PK, SK: 'sum', n: 0.1 } }]);
    await table.updateMany([{ update: { PK, SK: 'sum' }, add: { n: 0.2 } }]);
    assert.deepEqual(
      await table.getMany([
        { PK, SK: 'numbers' },
        { PK, SK: 'sum' },
      ]),
      [
        { PK, SK: 'numbers', numbers },
        { PK, SK: 'sum', n: 0.3 },
      ],
    );
  });

  it('takes the same token in two tables, and for one transaction written in another order', async (test) => {
    const [one, two] = [await openTable(test), await openTable(test)];
    const update = { PK, SK: 'a' };
    assert.deepEqual(await one.transact([{ update, set: { a: { b: 1, c: 2 }, d: 1 } }], { token: 't' }), {
      outcome: 'applied',
    });
    assert.deepEqual(await one.transact([{ update, set: { d: 1, a: { c: 2, b: 1 } } }], { token: 't' }), {
      outcome: 'applied',
    });
    assert.deepEqual(await two.transact([{ update }], { token: 't' }), { outcome: 'applied' });
    assert.deepEqual(await two.get(update), update);
  });

  it('calls a row or a transaction that grows too large by that name', async (test) => {
    const table = await openTable(test);
    const key = { PK, SK: 'a' };
    await table.updateMany([{ put: { ...key, half: 'x'.repeat(300_000) } }]);
    const growing = { update: key, set: { rest: 'x'.repeat(200_000) } };
    const [result] = await table.updateMany([growing]);
    assert.equal(result?.outcome === 'failed' && 'code' in result.error && result.error.code, 'too_large');
    await assert.rejects(table.transact([growing], { token: 'one' }), { code: 'too_large' });
    const puts = Array.from({ length: 12 }, (_, number) => ({
      put: { PK, SK: `${number}`, filling: 'x'.repeat(390_000) },
    }));
    await assert.rejects(table.transact(puts, { token: 'many' }), { code: 'too_large' });
  });

  it('finds at the start that it is missing or has no stream', async (test) => {
    await (await openTable(test)).verify();
    const tableName = uniqueName('streamless');
    await (await openTable(test, { tableName, stream: false })).verify();
    const streamless = await openTable(test, { tableName });
    await assert.rejects(streamless.verify(), { code: 'validation', message: /no stream/ });
    await assert.rejects(streamless.changes.shards(), { code: 'not_found', resource: 'testTable' });
    const connection = awsConnection('dynamodb-local');
    const missing = createDynamoTable({ name: 'testTable', tableName: uniqueName('missing'), connection });
    test.after(() => missing.close());
    await assert.rejects(missing.verify(), { code: 'not_found', message: /does not exist/ });
    await assert.rejects(missing.updateMany([{ put: { PK, SK: 'a' } }]), { code: 'not_found' });
  });

  it('says at the start which table has the wrong keys, and what they should be', async (test) => {
    const connection = awsConnection('dynamodb-local');
    const client = new DynamoDBClient(sdkConfiguration(connection));
    test.after(() => client.destroy());
    for (const [names, type, has] of [
      [['id'], 'S', 'HASH id S'],
      [['PK'], 'S', 'HASH PK S'],
      [['SK', 'PK'], 'S', 'HASH SK S, RANGE PK S'],
      [['PK', 'SK'], 'N', 'HASH PK N, RANGE SK N'],
    ] as const) {
      const TableName = uniqueName('wrong');
      const KeySchema = names.map(
        (AttributeName, index) => ({ AttributeName, KeyType: index === 0 ? 'HASH' : 'RANGE' }) as const,
      );
      const AttributeDefinitions = names.map((AttributeName) => ({ AttributeName, AttributeType: type }));
      await client.send(
        new CreateTableCommand({ TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' }),
      );
      const table = createDynamoTable({ name: 'testTable', tableName: TableName, connection });
      test.after(() => table.close());
      await assert.rejects(table.verify(), (error: Error) => {
        const wanted = 'the partition key PK and the sort key SK, both of type S (HASH PK S, RANGE SK S)';
        assert.equal(error.message, `table ${TableName} needs ${wanted}, and has ${has}`);
        return 'code' in error && error.code === 'validation' && 'resource' in error && error.resource === 'testTable';
      });
    }
  });

  it('says at the start that DynamoDB knows no such access key', async (test) => {
    // DynamoDB Local takes letters and digits only, and refuses others as DynamoDB refuses unknown ones.
    const credentials = { accessKeyId: 'AKIA_unknown', secretAccessKey: 'hidden' };
    const connection = awsConnection('dynamodb-local', { credentials });
    const table = createDynamoTable({ name: 'testTable', tableName: uniqueName('table'), connection });
    test.after(() => table.close());
    await assert.rejects(table.verify(), { code: 'validation', resource: 'testTable', message: /UnrecognizedClient/ });
  });

  it('tells what its requests cost', async (test) => {
    const uses: DynamoUse[] = [];
    const table = await openTable(test, { onUse: (use) => uses.push(use) });
    const large = { PK, SK: 'a', filling: 'x'.repeat(2_500) };
    await table.updateMany([{ put: large }]);
    await table.updateMany([{ put: large, condition: { absent: 'PK' } }]);
    await table.get(large);
    await table.query({ PK });
    const units = uses.map(({ operation, readUnits, writeUnits }) => `${operation} ${readUnits} ${writeUnits}`);
    // Three units for 2.5 KB written, told apart from the failed request; one for up to 4 KB read.
    // Transactions are left out: DynamoDB Local counts them four times where DynamoDB counts them twice.
    assert.deepEqual(units, ['PutItem 0 3', 'PutItem 0 0', 'PutItem 0 3', 'GetItem 1 0', 'Query 1 0']);
  });
});
