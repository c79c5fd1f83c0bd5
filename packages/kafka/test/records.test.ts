import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endOf, recordsFrom, toRecord } from '../src/records.ts';

type Batch = NonNullable<Parameters<typeof endOf>[0]['records']>[number];

const batch = (firstOffset: bigint, values: readonly (Buffer | null)[], attributes = 0): Batch => ({
  firstOffset,
  length: 0,
  partitionLeaderEpoch: 0,
  magic: 2,
  crc: 0,
  attributes,
  lastOffsetDelta: values.length - 1,
  firstTimestamp: 1_000n,
  maxTimestamp: 9_000n,
  producerId: 0n,
  producerEpoch: 0,
  firstSequence: 0,
  records: values.map((value, offsetDelta) => ({
    length: 0,
    attributes: 0,
    timestampDelta: BigInt(offsetDelta),
    offsetDelta,
    key: null,
    value,
    headers: [[Buffer.from('name'), Buffer.from('content')]],
  })),
});

const CONTROL = 32;
const APPEND_TIME = 8;
const read = (batches: Batch[], start: bigint) => [...recordsFrom({ records: batches }, { shard: '2', start })];

describe('an answer of a Kafka broker', () => {
  it('gives up what lies in front of the wanted offset', () => {
    const placed = read([batch(4n, [Buffer.from('a'), Buffer.from('b')]), batch(6n, [Buffer.from('c')])], 5n);
    assert.deepEqual(
      placed.map((one) => toRecord(one).value),
      ['b', 'c'],
    );
    assert.deepEqual(placed[0]?.header, { shard: '2', sequence: '5', key: null, atMs: 1_001 });
  });

  it('passes over marks of transactions, and knows where to go on behind them', () => {
    const answer = [batch(0n, [Buffer.from('a')]), batch(1n, [Buffer.alloc(6)], CONTROL)];
    assert.equal(read(answer, 0n).length, 1);
    assert.deepEqual(
      [endOf({ records: answer }), endOf({ records: [] }), endOf({ records: null })],
      [2n, undefined, undefined],
    );
  });

  it('takes the time of the broker where the topic is set to that', () => {
    assert.equal(read([batch(0n, [null], APPEND_TIME)], 0n)[0]?.header.atMs, 9_000);
  });

  it('hands back text, bytes and tombstones as what they are, and headers as text', () => {
    const records = read([batch(0n, [Buffer.from('é'), Buffer.of(254, 0), null, Buffer.alloc(0)])], 0n).map(toRecord);
    assert.deepEqual(
      records.map(({ value }) => value),
      ['é', Uint8Array.of(254, 0), null, ''],
    );
    assert.deepEqual(records[0]?.headers, { name: 'content' });
  });
});
