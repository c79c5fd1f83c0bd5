import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { always, openTable } from './service.ts';

const RIGHT = {
  TableStatus: 'ACTIVE',
  KeySchema: [
    { AttributeName: 'PK', KeyType: 'HASH' },
    { AttributeName: 'SK', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'SK', AttributeType: 'S' },
    { AttributeName: 'PK', AttributeType: 'S' },
  ],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
};
const described = (different: object) => ({ DescribeTable: always({ body: { Table: { ...RIGHT, ...different } } }) });

describe('verifying a table', () => {
  it('is content with what the port needs, also while something else is changed', async (test) => {
    for (const different of [{}, { TableStatus: 'UPDATING' }]) {
      const { table } = await openTable(test, described(different));
      await table.verify();
    }
    const { table } = await openTable(test, described({ StreamSpecification: undefined }), { stream: false });
    await table.verify();
  });

  it('says what is wrong with which table', async (test) => {
    const [hash] = RIGHT.KeySchema;
    const faults: [object, string, RegExp][] = [
      [{ KeySchema: [hash] }, 'validation', /table scores needs .* has HASH PK S$/],
      [{ KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }] }, 'validation', /has HASH id undefined$/],
      [
        {
          AttributeDefinitions: [
            { AttributeName: 'PK', AttributeType: 'S' },
            { AttributeName: 'SK', AttributeType: 'N' },
          ],
        },
        'validation',
        /RANGE SK N$/,
      ],
      [{ StreamSpecification: undefined }, 'validation', /table scores has no stream/],
      [
        { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' } },
        'validation',
        /a stream of NEW_IMAGE/,
      ],
      [{ TableStatus: 'CREATING' }, 'unavailable', /table scores is CREATING/],
    ];
    for (const [different, code, message] of faults) {
      const { table } = await openTable(test, described(different));
      await assert.rejects(table.verify(), { code, message, resource: 'scoreTable' });
    }
  });

  it('names a table that is not there', async (test) => {
    const { table } = await openTable(test, { DescribeTable: always({ error: 'ResourceNotFoundException' }) });
    await assert.rejects(table.verify(), {
      code: 'not_found',
      message: /table scores does not exist/,
      resource: 'scoreTable',
    });
  });

  it('shows neither values nor credentials in what it throws', async (test) => {
    const { table } = await openTable(test, {
      GetItem: always({ error: 'ValidationException', fields: { message: 'member:secret' } }),
    });
    const error = await table.get({ PK: 'campaign:a', SK: 'member:secret' }).catch((reason: Error) => reason);
    assert.ok(error instanceof Error);
    assert.equal(error.message, 'GetItem on table scores failed: ValidationException (request request-1)');
  });

  it('refuses options that are wrong or unknown', async (test) => {
    for (const options of [{ tableName: '' }, { concurrency: 0 }, { attempts: 1.5 }, { colour: 'red' }]) {
      await assert.rejects(openTable(test, {}, options as never), { code: 'invalid_options' });
    }
  });
});
