import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import { openingIterators, openStream, page, SHARD, storing } from './support.ts';

const noAbort = () => new AbortController().signal;

describe('waiting for records of Kinesis', () => {
  it('looks less and less often, at last once a second, until there is a record', async (test) => {
    const { stream, clock } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page(count === 6 ? { 9: '' } : {}, { next: `n${count}` }),
    });
    await stream.waitForRecords({ shard: SHARD, after: '1', signal: noAbort() });
    assert.deepEqual(clock.sleeps, [200, 400, 800, 1_000, 1_000]);
  });

  it('looks at once for what this process itself has put meanwhile', async (test) => {
    const { stream, clock, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      PutRecords: storing(),
      GetRecords: async (_, count) => {
        if (count === 1) await stream.putMany([{ partitionKey: 'key', data: 'text' }]);
        return page(count === 1 ? {} : { 9: '' }, { next: `n${count}` });
      },
    });
    await stream.waitForRecords({ shard: SHARD, after: '1', signal: noAbort() });
    assert.equal(inputsOf('GetRecords').length, 2);
    assert.deepEqual(clock.sleeps, []);
  });

  it('leaves the record that it saw to the next read', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page(count === 1 ? {} : { 9: 'seen' }, { next: `n${count}` }),
    });
    await stream.waitForRecords({ shard: SHARD, signal: noAbort() });
    assert.equal((await stream.read({ shard: SHARD, limit: 10 })).scanned, 1);
    assert.deepEqual(
      inputsOf('GetRecords').map(({ ShardIterator }) => ShardIterator),
      ['TRIM_HORIZON', 'n1', 'n1'],
    );
  });

  it('does not rest on its way through a part without records', async (test) => {
    const { stream, clock } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => (count === 1 ? page({}, { next: 'n', behindMs: 5_000 }) : page({ 1: '' })),
    });
    await stream.waitForRecords({ shard: SHARD, signal: noAbort() });
    assert.deepEqual(clock.sleeps, [0]);
  });

  it('is not ended by other readers who took what the shard gives', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) =>
        count === 1 ? { error: 'ProvisionedThroughputExceededException' } : page({ 1: '' }, { next: 'n' }),
    });
    await stream.waitForRecords({ shard: SHARD, signal: noAbort() });
    assert.equal(inputsOf('GetRecords').length, 2);
  });

  it('fails when the stream cannot be reached, and for a shard that is not there', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: (_, count) => (count === 1 ? 'hang up' : { error: 'ResourceNotFoundException' }),
    });
    await assert.rejects(stream.waitForRecords({ shard: SHARD, signal: noAbort() }), { code: 'unavailable' });
    await assert.rejects(stream.waitForRecords({ shard: SHARD, signal: noAbort() }), { code: 'not_found' });
  });

  it('ends at the end of a closed shard, which gets nothing more', async (test) => {
    const { stream } = await openStream(test, { GetShardIterator: openingIterators, GetRecords: () => page({}) });
    await stream.waitForRecords({ shard: SHARD, signal: noAbort() });
  });

  for (const ending of ['the signal aborts', 'the stream is closed'] as const) {
    it(`ends at once when ${ending}, whatever the service does`, async (test) => {
      const asked = createProbe<unknown>();
      const gate = createGate();
      test.after(() => gate.open());
      const { stream } = await openStream(test, {
        GetShardIterator: openingIterators,
        GetRecords: async (input) => {
          asked.note(input);
          await gate.wait();
          return page({});
        },
      });
      const stop = new AbortController();
      const waiting = stream.waitForRecords({ shard: SHARD, signal: stop.signal });
      await asked.first(1);
      const closing = ending === 'the signal aborts' ? stop.abort() : stream.close();
      await waiting;
      await closing;
    });
  }
});

describe('the newest record of a shard', () => {
  it('is found among the young records, then from where the look before ended', async (test) => {
    const answers = [
      page({ 5: '', 6: '' }, { next: 'tip' }),
      page({}, { next: 'tip 2' }),
      page({ 8: '' }, { next: 'tip 3' }),
    ];
    const { stream, inputsOf, clock } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => answers[count - 1] ?? page({}, { next: 'n' }),
    });
    const begin = clock.now();
    assert.deepEqual(
      [await stream.latest(SHARD), await stream.latest(SHARD), await stream.latest(SHARD)],
      ['6', '6', '8'],
    );
    const [opened, ...others] = inputsOf('GetShardIterator');
    assert.deepEqual([opened?.ShardIteratorType, others], ['AT_TIMESTAMP', []]);
    assert.equal(opened?.Timestamp, (begin - 120_000) / 1_000);
  });

  it('is looked for further back, and in the end from the oldest record', async (test) => {
    const { stream, inputsOf } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: ({ ShardIterator }) => page(ShardIterator === 'TRIM_HORIZON' ? { 3: '' } : {}, { next: 'tip' }),
    });
    assert.equal(await stream.latest(SHARD), '3');
    assert.deepEqual(
      inputsOf('GetShardIterator').map(({ ShardIteratorType }) => ShardIteratorType),
      ['AT_TIMESTAMP', 'AT_TIMESTAMP', 'TRIM_HORIZON'],
    );
  });

  it('is found although the clock is ahead of the service, or the place has expired', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: (input, count) =>
        input.ShardIteratorType === 'AT_TIMESTAMP'
          ? { error: 'InvalidArgumentException' }
          : openingIterators(input, count),
      GetRecords: ({ ShardIterator }) => {
        if (ShardIterator === 'tip') return { error: 'ExpiredIteratorException' };
        return page(ShardIterator === 'TRIM_HORIZON' ? { 3: '' } : { 4: '' }, { next: 'tip' });
      },
    });
    assert.deepEqual([await stream.latest(SHARD), await stream.latest(SHARD)], ['3', '4']);
  });

  it('is none in a shard that never had one, and stays what it was in a closed one', async (test) => {
    const empty = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: () => page({}, { next: 'n' }),
    });
    assert.equal(await empty.stream.latest(SHARD), undefined);
    const closed = await openStream(test, { GetShardIterator: openingIterators, GetRecords: () => page({ 4: '' }) });
    assert.deepEqual([await closed.stream.latest(SHARD), await closed.stream.latest(SHARD)], ['4', '4']);
    assert.equal(closed.inputsOf('GetRecords').length, 1);
  });

  it('reads page after page to the tip', async (test) => {
    const { stream } = await openStream(test, {
      GetShardIterator: openingIterators,
      GetRecords: (_, count) => page({ [count]: '' }, { next: `n${count}`, behindMs: count < 3 ? 1_000 : 0 }),
    });
    assert.equal(await stream.latest(SHARD), '3');
  });
});
