import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeDynamoDBStreamInput, makeKinesisInput } from '@verifiedfan/test-utils';
import { dynamodbStream } from '../../src/index.ts';
import { answerFor, CONTEXT } from '../support/workers.ts';

const source = dynamodbStream('demandTable', { windowSeconds: 1 });
const row = (n: number, more: object = {}) => ({ PK: 'campaign:1', SK: `member:${n}`, n, ...more });
const window = { startMs: 1_767_225_600_000, endMs: 1_767_225_601_000 };
const decode = (event: unknown) => source.decode(event, CONTEXT);

describe('dynamodbStream', () => {
  it('decodes images and keys, and keeps what is needed to report, order and correlate a change', () => {
    const event = makeDynamoDBStreamInput(
      [{ oldImage: row(1, { n: 0 }), newImage: row(1), sequenceNumber: '700', createdAtMs: 1_767_225_600_999 }],
      { table: 'theTable' },
    );
    assert.deepEqual(decode(event).records, [
      {
        data: {
          eventName: 'MODIFY',
          keys: { PK: 'campaign:1', SK: 'member:1' },
          oldItem: row(1, { n: 0 }),
          newItem: row(1),
        },
        meta: {
          source: 'dynamodb',
          id: '700',
          position: 'theTable/700',
          sequence: '700',
          group: 'campaign:1\u0000member:1',
          correlation: '700',
          timeMs: 1_767_225_600_000,
        },
      },
    ]);
  });

  it('leaves an absent image absent, for every kind of change and every view of the stream', () => {
    const changes = [{ newImage: row(1) }, { oldImage: row(1) }, { oldImage: row(1), newImage: row(2) }];
    const images = (streamViewType: 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES') =>
      decode(makeDynamoDBStreamInput(changes, { streamViewType })).records.map(({ data }) =>
        Object.keys(data as object).filter((member) => member.endsWith('Item')),
      );
    assert.deepEqual(images('NEW_AND_OLD_IMAGES'), [['newItem'], ['oldItem'], ['oldItem', 'newItem']]);
    assert.deepEqual(images('NEW_IMAGE'), [['newItem'], [], ['newItem']]);
    assert.deepEqual(images('OLD_IMAGE'), [[], ['oldItem'], ['oldItem']]);
    assert.deepEqual(images('KEYS_ONLY'), [[], [], []]);
  });

  it('knows the shard within a window only, as on AWS', () => {
    const changes = [{ newImage: row(1) }];
    assert.equal(decode(makeDynamoDBStreamInput(changes, { shardId: 'shardId-1' })).shard, undefined);
    const windowed = decode(makeDynamoDBStreamInput(changes, { shardId: 'shardId-1', window }));
    assert.equal(windowed.shard, 'shardId-1');
    assert.equal(windowed.records[0]?.meta.shard, 'shardId-1');
  });

  it('takes the time in seconds, milliseconds or microseconds', () => {
    const [record] = makeDynamoDBStreamInput([{ newImage: row(1) }]).Records;
    const timeOf = (time: unknown) => {
      const dynamodb = { ...record?.dynamodb, ApproximateCreationDateTime: time };
      return decode({ Records: [{ ...record, dynamodb }] }).records[0]?.meta.timeMs;
    };
    assert.equal(timeOf(1_767_225_600), 1_767_225_600_000);
    assert.equal(timeOf(1_767_225_600_123), 1_767_225_600_123);
    assert.equal(timeOf(1_767_225_600_123_456), 1_767_225_600_123);
    assert.equal(timeOf(undefined), CONTEXT.nowMs);
  });

  it('rejects what is no change of a row, and goes on with the rest', () => {
    const { Records } = makeDynamoDBStreamInput([{ newImage: row(1) }]);
    const [record] = Records;
    const changed = (dynamodb: object) => ({ ...record, dynamodb: { ...record?.dynamodb, ...dynamodb } });
    const batch = decode({
      Records: [
        null,
        { ...record, eventName: 'UPSERT' },
        changed({ Keys: { PK: { S: 'a' } } }),
        changed({ Keys: undefined }),
        changed({ NewImage: { n: { N: 'many' } } }),
        record,
      ],
    });
    assert.deepEqual(batch.raw, [record]);
    assert.deepEqual(
      batch.undecodable.map(({ reason }) => reason),
      [
        'the event name is not INSERT, MODIFY or REMOVE',
        'the event name is not INSERT, MODIFY or REMOVE',
        'the keys are not PK and SK',
        'the keys are not PK and SK',
        'an image is not DynamoDB JSON',
      ],
    );
  });

  it('recognises its events, the empty end of a window included, and no others', () => {
    assert.ok(source.recognises(makeDynamoDBStreamInput([{ newImage: row(1) }])));
    assert.ok(source.recognises(makeDynamoDBStreamInput([], { window })));
    assert.ok(!source.recognises(makeKinesisInput([], { window })));
    assert.ok(!source.recognises(makeKinesisInput([{ data: 1 }])));
  });

  it('reports the lowest failed sequence alone, beside the state of its window', () => {
    const event = makeDynamoDBStreamInput(
      [1, 2, 3].map((n) => ({ newImage: row(n), sequenceNumber: `90${n}` })),
      { window: { ...window, state: { sum: 1 } } },
    );
    assert.deepEqual(answerFor(source, event, [2, 1]), {
      batchItemFailures: [{ itemIdentifier: '902' }],
      state: { sum: 1 },
    });
  });

  it('fails the whole batch, by an empty identifier, when the failed record has no sequence', () => {
    const event = makeDynamoDBStreamInput([{ newImage: row(1) }]);
    const [record] = event.Records;
    const bare = { Records: [{ ...record, dynamodb: { ...record?.dynamodb, SequenceNumber: undefined } }] };
    assert.deepEqual(answerFor(source, bare, [0]), { batchItemFailures: [{ itemIdentifier: '' }] });
  });
});
