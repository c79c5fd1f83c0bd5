import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeKinesisInput, makeSqsInput } from '@verifiedfan/test-utils';
import { kinesis } from '../../src/index.ts';
import { answerFor, CONTEXT } from '../support/workers.ts';

const source = kinesis('scoresStream');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const window = { startMs: 1_767_225_600_000, endMs: 1_767_225_660_000, state: { sum: 3 } };
const only = <T>([first, ...others]: readonly T[]): T => {
  assert.ok(first !== undefined && others.length === 0, 'exactly one');
  return first;
};

describe('kinesis', () => {
  it('decodes the data, and keeps what is needed to report, order and correlate a record', () => {
    const event = makeKinesisInput(
      [{ data: { memberId: 'm-1' }, partitionKey: 'm-1', sequenceNumber: '4967', arrivedAtMs: 1_767_225_600_123 }],
      { stream: 'theScores', shardId: 'shardId-000000000003' },
    );
    const batch = source.decode(event, CONTEXT);
    assert.equal(batch.shard, 'shardId-000000000003');
    assert.deepEqual(only(batch.records), {
      data: { memberId: 'm-1' },
      meta: {
        source: 'kinesis',
        id: 'shardId-000000000003:4967',
        position: 'theScores/shardId-000000000003:4967',
        sequence: '4967',
        shard: 'shardId-000000000003',
        group: 'm-1',
        correlation: '4967',
        timeMs: 1_767_225_600_123,
      },
    });
  });

  it("carries on the producer's correlation and trace, and nothing that is none", () => {
    const good = { meta: { correlation: 'upload-7', traceparent: TRACEPARENT } };
    const bad = { meta: { correlation: 'two words', traceparent: 'no trace' } };
    const { records } = source.decode(makeKinesisInput([{ data: good }, { data: bad }]), CONTEXT);
    assert.equal(records[0]?.meta.correlation, 'upload-7');
    assert.equal(records[0]?.meta.traceparent, TRACEPARENT);
    assert.equal(records[1]?.meta.correlation, records[1]?.meta.sequence);
    assert.equal(records[1]?.meta.traceparent, undefined);
  });

  it('takes records without a partition key, as streams that spread them by themselves send', () => {
    const event = makeKinesisInput([{ data: 1 }]);
    const [record] = event.Records;
    const bare = { ...record, kinesis: { ...record?.kinesis, partitionKey: undefined } };
    assert.equal(only(source.decode({ Records: [bare] }, CONTEXT).records).meta.group, undefined);
  });

  it('rejects what is no JSON in UTF-8, without a word of the data, and goes on with the rest', () => {
    const event = makeKinesisInput([
      { data: '{"phone":"+15550100' },
      { data: Uint8Array.of(0xff, 0xfe) },
      { data: '' },
      { data: { fine: true } },
    ]);
    const broken = [null, 'text', {}, { kinesis: { data: 7 } }];
    const batch = source.decode({ Records: [...broken, ...event.Records] }, CONTEXT);
    assert.deepEqual(
      batch.records.map(({ data }) => data),
      [{ fine: true }],
    );
    assert.deepEqual(batch.raw, [event.Records[3]]);
    assert.deepEqual(
      batch.undecodable.map(({ reason }) => reason),
      [
        ...broken.map(() => 'the record has no data'),
        ...Array.from({ length: 3 }, () => 'the data is not JSON in UTF-8'),
      ],
    );
    assert.deepEqual(batch.undecodable[4]?.payload, event.Records[0]);
  });

  it('reads JSON behind a byte order mark', () => {
    const event = makeKinesisInput([{ data: '\uFEFF{"a":1}' }]);
    assert.deepEqual(only(source.decode(event, CONTEXT).records).data, { a: 1 });
  });

  it('recognises its events, also behind a broken record and at the end of a window, and no others', () => {
    const event = makeKinesisInput([{ data: 1 }]);
    assert.ok(source.recognises(event));
    assert.ok(source.recognises({ Records: [null, ...event.Records] }));
    assert.ok(source.recognises(makeKinesisInput([], { window })));
    for (const foreign of [makeSqsInput([{ body: 1 }]), { Records: [] }, {}, null, 'text', []])
      assert.ok(!source.recognises(foreign), JSON.stringify(foreign));
  });

  it('reports the lowest failed sequence alone', () => {
    const event = makeKinesisInput([1, 2, 3, 4].map((data) => ({ data, sequenceNumber: `10${data}` })));
    assert.deepEqual(answerFor(source, event, []), { batchItemFailures: [] });
    assert.deepEqual(answerFor(source, event, [3, 1]), { batchItemFailures: [{ itemIdentifier: '102' }] });
  });

  it('hands the state of a tumbling window back, since an answer without it is a failure', () => {
    const event = makeKinesisInput([{ data: 1 }], { window });
    assert.deepEqual(answerFor(source, event, []), { batchItemFailures: [], state: { sum: 3 } });
    const { state: _state, ...withoutState } = event;
    assert.deepEqual(answerFor(source, withoutState, []).state, {});
    assert.equal('state' in answerFor(source, makeKinesisInput([{ data: 1 }]), []), false);
  });
});
