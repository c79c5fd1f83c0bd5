import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KinesisUse } from '../../src/index.ts';
import type { Input } from './service.ts';
import { openingIterators, openStream, page, SHARD } from './support.ts';

const EXPIRED = { error: 'ExpiredIteratorException' };
const INVALID = { error: 'InvalidArgumentException' };
const textOf = ({ data }: { data: unknown }): string => String(data);
const iteratorsOf = (inputs: readonly Input[]) => inputs.map(({ ShardIterator }) => ShardIterator);

describe('reading a shard of Kinesis', () => {
  it('follows with the iterator of the page before, without asking for another', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page({ [count]: `r${count}` }, { next: `after ${count}` }),
    });
    const first = await stream.read({ shard: SHARD, limit: 1 });
    const second = await stream.read({ shard: SHARD, after: first.last, limit: 1 });
    assert.deepEqual([...first.records, ...second.records].map(textOf), ['r1', 'r2']);
    assert.deepEqual(inputsOf('GetShardIterator'), [
      { StreamName: 'scores', ShardId: SHARD, ShardIteratorType: 'TRIM_HORIZON' },
    ]);
    assert.deepEqual(iteratorsOf(inputsOf('GetRecords')), ['TRIM_HORIZON', 'after 1']);
  });

  it('keeps the places of several readers apart', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page({ [count * 10]: '' }, { next: `after ${count * 10}` }),
    });
    await stream.read({ shard: SHARD, after: '1', limit: 1 });
    await stream.read({ shard: SHARD, after: '2', limit: 1 });
    await stream.read({ shard: SHARD, after: '10', limit: 1 });
    assert.deepEqual(iteratorsOf(inputsOf('GetRecords')), [
      'AFTER_SEQUENCE_NUMBER 1',
      'AFTER_SEQUENCE_NUMBER 2',
      'after 10',
    ]);
  });

  it('asks for a new iterator when the service says that it expired', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => (count === 2 ? EXPIRED : page({ [count]: '' }, { next: `after ${count}` })),
    });
    const { last } = await stream.read({ shard: SHARD, limit: 1 });
    const next = await stream.read({ shard: SHARD, after: last, limit: 1 });
    assert.equal(next.last, '3');
    assert.deepEqual(iteratorsOf(inputsOf('GetRecords')), ['TRIM_HORIZON', 'after 1', 'AFTER_SEQUENCE_NUMBER 1']);
  });

  it('does not use an iterator that is about to expire', async (test) => {
    const { stream, inputsOf, clock } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page({ [count]: '' }, { next: `after ${count}` }),
    });
    const { last } = await stream.read({ shard: SHARD, limit: 1 });
    clock.jump(295_000);
    await stream.read({ shard: SHARD, after: last, limit: 1 });
    assert.deepEqual(iteratorsOf(inputsOf('GetRecords')), ['TRIM_HORIZON', 'AFTER_SEQUENCE_NUMBER 1']);
  });

  it('reads from the oldest record when its place is in front of it', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: (input, count) =>
        input.ShardIteratorType === 'TRIM_HORIZON' ? openingIterators(input, count) : INVALID,
      GetRecords: () => page({ 500: 'oldest' }, { next: 'n' }),
    });
    const { records } = await stream.read({ shard: SHARD, after: '7', limit: 1 });
    assert.deepEqual(records.map(textOf), ['oldest']);
  });

  it('refuses a place that the service does not know although older records are there', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: (input, count) =>
        input.ShardIteratorType === 'TRIM_HORIZON' ? openingIterators(input, count) : INVALID,
      GetRecords: () => page({ 5: '' }, { next: 'n' }),
    });
    await assert.rejects(stream.read({ shard: SHARD, after: '7', limit: 1 }), { code: 'validation' });
    await assert.rejects(stream.read({ shard: SHARD, after: 'seven', limit: 1 }), { code: 'validation' });
  });

  it('goes on through pages without records until it is at the tip', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) =>
        count < 4 ? page({}, { next: `n${count}`, behindMs: 90_000 }) : page({ 9: 'found' }, { next: 'n' }),
    });
    const { records, scanned } = await stream.read({ shard: SHARD, limit: 10 });
    assert.deepEqual([records.map(textOf), scanned], [['found'], 1]);
    assert.deepEqual(iteratorsOf(inputsOf('GetRecords')), ['TRIM_HORIZON', 'n1', 'n2', 'n3']);
  });

  it('stops for a while in an endless part without records, and goes on there', async (test) => {
    const { stream, inputsOf } = await openStream(
      test,
      {
        GetShardIterator: openingIterators,
        GetRecords: (_, count) => page({}, { next: `n${count}`, behindMs: 1 }),
      },
      { readsPerSecond: 1_000 },
    );
    assert.deepEqual(await stream.read({ shard: SHARD, limit: 1 }), {
      records: [],
      last: undefined,
      scanned: 0,
      closed: false,
    });
    const before = inputsOf('GetRecords').length;
    await stream.read({ shard: SHARD, limit: 1 });
    assert.equal(inputsOf('GetRecords')[before]?.ShardIterator, `n${before}`);
    assert.equal(inputsOf('GetShardIterator').length, 1);
  });

  it('ends a closed shard with its last page', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page(count === 1 ? { 1: 'last' } : {}),
    });
    const { records, closed } = await stream.read({ shard: SHARD, limit: 10 });
    assert.deepEqual([records.map(textOf), closed], [['last'], true]);
    const end = await stream.read({ shard: SHARD, after: '1', limit: 10 });
    assert.deepEqual(end, { records: [], last: undefined, scanned: 0, closed: true });
  });

  it('calls a shard five times a second at most, and waits behind a large page', async (test) => {
    const large = 'x'.repeat(1_000_000);
    const { stream, clock } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page({ [count]: count === 6 ? large.repeat(10) : '' }, { next: 'n' }),
    });
    const begin = clock.now();
    for (let read = 0; read < 5; read++) await stream.read({ shard: SHARD, limit: 1 });
    assert.equal(clock.now(), begin);
    await stream.read({ shard: SHARD, limit: 1 });
    assert.equal(clock.now() - begin, 1_000);
    await stream.read({ shard: 'shardId-000000000001', limit: 1 });
    assert.equal(clock.now() - begin, 1_000, 'another shard has limits of its own');
    await stream.read({ shard: SHARD, limit: 1 });
    assert.ok(clock.now() - begin >= 5_000, 'ten million bytes are five seconds, one of them in advance');
  });

  it('says what failed when the connection is lost or the answer makes no sense', async (test) => {
    const answers = [
      'hang up',
      { body: {} },
      { body: { Records: [{ Data: '' }] } },
      { error: 'X', status: 500 },
    ] as const;
    const { stream } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => answers[count - 1] ?? page({ 1: 'well' }, { next: 'n' }),
    });
    for (const _ of answers) {
      await assert.rejects(stream.read({ shard: SHARD, limit: 1 }), { code: 'unavailable', resource: 'scoresStream' });
    }
    assert.equal((await stream.read({ shard: SHARD, limit: 1 })).scanned, 1);
  });

  it('reads records without a key, and tells what was read', async (test) => {
    const uses: KinesisUse[] = [];
    const record = { SequenceNumber: '1', Data: Buffer.from('text').toString('base64') };
    const { stream } = await openStream(
      test,
      {
        GetShardIterator: openingIterators,
        GetRecords: () => ({ body: { Records: [record], NextShardIterator: 'n', MillisBehindLatest: 0 } }),
      },
      { onUse: (use) => uses.push(use) },
    );
    const { records } = await stream.read({ shard: SHARD, limit: 1 });
    assert.deepEqual(records, [{ shard: SHARD, sequence: '1', partitionKey: '', arrivedAtMs: 0, data: 'text' }]);
    assert.deepEqual(uses.at(-1), { operation: 'GetRecords', requests: 1, records: 1, bytes: 4, units: 0 });
  });
});
