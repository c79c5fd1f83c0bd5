import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { makeKinesisInput, makeSqsInput } from '@verifiedfan/test-utils';
import { sqs } from '../../src/index.ts';
import { answerFor, CONTEXT } from '../support/workers.ts';

const source = sqs('verdictReporterQueue');
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const decode = (event: unknown) => source.decode(event, CONTEXT);

describe('sqs', () => {
  it('decodes the body, and keeps what is needed to report, order and correlate a message', () => {
    const event = makeSqsInput(
      [
        {
          body: { campaignId: 'c-1' },
          messageId: 'm-1',
          receiveCount: 3,
          sentAtMs: 1_767_225_600_123,
          group: 'g-1',
          sequenceNumber: '18870000000000000001',
        },
      ],
      { queue: 'accountActivity.fifo' },
    );
    assert.deepEqual(decode(event).records, [
      {
        data: { campaignId: 'c-1' },
        meta: {
          source: 'sqs',
          id: 'm-1',
          position: 'accountActivity.fifo/m-1',
          receiveCount: 3,
          correlation: 'm-1',
          timeMs: 1_767_225_600_123,
          sequence: '18870000000000000001',
          group: 'g-1',
        },
      },
    ]);
  });

  it('orders by group on FIFO queues only, though fair standard queues carry groups too', () => {
    const [record] = decode(makeSqsInput([{ body: 1, group: 'tenant-1' }], { queue: 'standard' })).records;
    assert.equal(record?.meta.group, undefined);
  });

  it('finds correlation and trace in the body first, then in attributes, and takes nothing that is none', () => {
    const { records } = decode(
      makeSqsInput([
        {
          body: { meta: { correlation: 'of-body' } },
          attributes: { correlation: 'of-attribute', traceparent: TRACEPARENT },
        },
        { body: 1, attributes: { correlation: 'of-attribute', traceparent: 'no-trace' } },
        { body: 1, attributes: { correlation: 'two words' }, messageId: 'm-3' },
      ]),
    );
    assert.deepEqual(
      records.map(({ meta }) => [meta.correlation, meta.traceparent]),
      [
        ['of-body', TRACEPARENT],
        ['of-attribute', undefined],
        ['m-3', undefined],
      ],
    );
  });

  it('rejects a body that is no JSON, or missing, and goes on with the rest', () => {
    const event = makeSqsInput([{ body: 'no JSON', messageId: 'm-1' }, { body: 1 }, { body: { fine: true } }]);
    const batch = decode({
      Records: [null, event.Records[0], { ...event.Records[1], body: undefined }, event.Records[2]],
    });
    assert.deepEqual(
      batch.records.map(({ data }) => data),
      [{ fine: true }],
    );
    assert.deepEqual(batch.undecodable.map(({ position }) => position)[1], 'queue/m-1');
    assert.ok(batch.undecodable.every(({ reason }) => reason === 'the body is not JSON'));
    assert.equal(batch.undecodable.length, 3);
  });

  it('takes numbers that are none for what they mean at least', () => {
    const event = makeSqsInput([{ body: 1 }]);
    const attributes = { ApproximateReceiveCount: 'often', SentTimestamp: '' };
    const [record] = decode({ Records: [{ ...event.Records[0], attributes }] }).records;
    assert.equal(record?.meta.receiveCount, 1);
    assert.equal(record?.meta.timeMs, CONTEXT.nowMs);
  });

  it('reports exactly the failed messages of a standard queue', () => {
    const event = makeSqsInput([1, 2, 3].map((n) => ({ body: n, messageId: `m-${n}`, group: 'g' })));
    assert.deepEqual(answerFor(source, event, []), { batchItemFailures: [] });
    assert.deepEqual(answerFor(source, event, [0, 2]), {
      batchItemFailures: [{ itemIdentifier: 'm-1' }, { itemIdentifier: 'm-3' }],
    });
  });

  it('reports every later message of a failed group of a FIFO queue, and no other group', () => {
    const groups = ['a', 'b', 'a', 'c', 'b', 'a'];
    const event = makeSqsInput(
      groups.map((group, index) => ({ body: index, messageId: `${group}${index}`, group })),
      { queue: 'q.fifo' },
    );
    const idsFor = (failed: number[]) =>
      (answerFor(source, event, failed).batchItemFailures as { itemIdentifier: string }[]).map(
        ({ itemIdentifier }) => itemIdentifier,
      );
    assert.deepEqual(idsFor([2]), ['a2', 'a5']);
    assert.deepEqual(idsFor([4, 0]), ['a0', 'a2', 'b4', 'a5']);
  });

  it('recognises its events and no others', () => {
    assert.ok(source.recognises(makeSqsInput([{ body: 1 }])));
    assert.ok(!source.recognises(makeKinesisInput([{ data: 1 }])));
  });
});
