import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { between, detailOf } from '../engines/requests.ts';

const before = {
  byKind: { 'DynamoDB.PutItem': { requests: 10, ms: 50 }, 'S3.GET': { requests: 2, ms: 8 } },
  idleMs: 100,
};
const after = {
  byKind: {
    'DynamoDB.PutItem': { requests: 110, ms: 450 },
    'S3.GET': { requests: 2, ms: 8 },
    'Kinesis.PutRecords': { requests: 4, ms: 40 },
  },
  idleMs: 1_600,
};

describe('requests of an on-sale', () => {
  it('are those between two readings; what was not asked meanwhile is left out', () => {
    assert.deepEqual(between(before, after), {
      byKind: { 'DynamoDB.PutItem': { requests: 100, ms: 400 }, 'Kinesis.PutRecords': { requests: 4, ms: 40 } },
      idleMs: 1_500,
    });
  });

  it('are told by registrant, by batch and by kind, the longest waits first', () => {
    const bill = [
      { resource: 'demandTable', operation: 'updateMany', requests: 100, entries: 100, units: 104 },
      { resource: 'scoresStream', operation: 'putMany', requests: 4, entries: 1_000, units: 1_000 },
    ];
    assert.deepEqual(detailOf(between(before, after), { registrants: 26, seconds: 2, bill }), {
      'requests a registrant': 4,
      'write units a registrant': 4,
      'entries a request': 'Kinesis.PutRecords 250 of 500',
      'requests, and ms that each waits': 'DynamoDB.PutItem 100 × 4.0, Kinesis.PutRecords 4 × 10',
      'requests under way on average, without polls': 0.22,
      'seconds with nothing but polls under way': 1.5,
    });
  });
});
