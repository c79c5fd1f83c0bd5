import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { DynamoTableOptions, DynamoUse } from '../../src/index.ts';
import {
  type Answer,
  always,
  BROKEN,
  type Handler,
  type Handlers,
  inTurn,
  openTable,
  row,
  THROTTLED,
} from './service.ts';

const SHARD = 'shardId-00000001767225600000-a';
const ARN = 'arn:aws:dynamodb:eu-west-1:111122223333:table/scores/stream/2026-01-01T00:00:00.000';
const BEGIN = 10n ** 24n;
const sequence = (number: number): string => String(BEGIN + BigInt(number));

const described: Handler = always({
  body: {
    Table: {
      LatestStreamArn: ARN,
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    },
  },
});

/** A record by which row `number` was made. */
const insert = (number: number) => ({
  eventName: 'INSERT',
  dynamodb: {
    ApproximateCreationDateTime: 1_767_225_600,
    Keys: row('campaign:a', `member:${number}`),
    NewImage: row('campaign:a', `member:${number}`, 'new'),
    SequenceNumber: sequence(number),
  },
});
/** A page of records; without `next` the shard is closed and at its end. */
const page = (numbers: readonly number[], next?: string): Answer => ({
  body: { Records: numbers.map(insert), ...(next !== undefined && { NextShardIterator: next }) },
});
/** Gives iterators that say where they begin. */
const GetShardIterator: Handler = ({ ShardIteratorType, SequenceNumber }) => ({
  body: { ShardIterator: `${ShardIteratorType} ${SequenceNumber ?? ''}`.trim() },
});
/** A shard that answers iterators from a list of pages by iterator; an unknown one is an empty page at itself. */
const shardOf =
  (pages: Readonly<Record<string, Answer>>): Handler =>
  ({ ShardIterator }) =>
    pages[String(ShardIterator)] ?? page([], String(ShardIterator));

const openChanges = async (test: TestContext, handlers: Handlers, options: Partial<DynamoTableOptions> = {}) => {
  const opened = await openTable(test, { DescribeTable: described, GetShardIterator, ...handlers }, options);
  const iteratorsUsed = () => opened.inputsOf('GetRecords').map(({ ShardIterator }) => ShardIterator);
  return { ...opened, changes: opened.table.changes, iteratorsUsed };
};

describe('reading changes from DynamoDB Streams', () => {
  it('goes on with the iterator that the page before gave', async (test) => {
    const { changes, inputsOf, iteratorsUsed } = await openChanges(test, {
      GetRecords: shardOf({ TRIM_HORIZON: page([1, 2], 'behind 2'), 'behind 2': page([3], 'behind 3') }),
    });
    const first = await changes.read({ shard: SHARD, limit: 2 });
    assert.equal(first.last, sequence(2));
    const second = await changes.read({ shard: SHARD, after: first.last, limit: 1 });
    assert.deepEqual(
      second.records.map(({ keys }) => keys.SK),
      ['member:3'],
    );
    assert.deepEqual(iteratorsUsed(), ['TRIM_HORIZON', 'behind 2']);
    assert.equal(inputsOf('GetShardIterator').length, 1);
    assert.equal(inputsOf('DescribeTable').length, 1);
  });

  it('finds its place anew when an iterator is over, by the sequence', async (test) => {
    const { changes, iteratorsUsed } = await openChanges(test, {
      GetRecords: shardOf({
        TRIM_HORIZON: page([1], 'old'),
        old: { error: 'ExpiredIteratorException' },
        [`AFTER_SEQUENCE_NUMBER ${sequence(1)}`]: page([2], 'new'),
      }),
    });
    const { last } = await changes.read({ shard: SHARD, limit: 1 });
    const { records } = await changes.read({ shard: SHARD, after: last, limit: 1 });
    assert.equal(records[0]?.sequence, sequence(2));
    assert.deepEqual(iteratorsUsed(), ['TRIM_HORIZON', 'old', `AFTER_SEQUENCE_NUMBER ${sequence(1)}`]);
  });

  it('reads from the oldest record where its place was trimmed', async (test) => {
    const trimmed: Handler = (input, count) =>
      input.ShardIteratorType === 'AFTER_SEQUENCE_NUMBER'
        ? { error: 'TrimmedDataAccessException' }
        : GetShardIterator(input, count);
    const before = await openChanges(test, {
      GetShardIterator: trimmed,
      GetRecords: shardOf({ TRIM_HORIZON: page([7], 'x') }),
    });
    const { records } = await before.changes.read({ shard: SHARD, after: sequence(1), limit: 5 });
    assert.equal(records[0]?.sequence, sequence(7));
    const later = await openChanges(test, {
      GetRecords: shardOf({
        [`AFTER_SEQUENCE_NUMBER ${sequence(1)}`]: { error: 'TrimmedDataAccessException' },
        TRIM_HORIZON: page([8], 'x'),
      }),
    });
    assert.equal((await later.changes.read({ shard: SHARD, after: sequence(1), limit: 1 })).last, sequence(8));
  });

  it('reads on over pages up to its limit, a thousand records at most from each', async (test) => {
    const many = Array.from({ length: 1_000 }, (_, number) => number + 1);
    const { changes, inputsOf } = await openChanges(test, {
      GetRecords: shardOf({ TRIM_HORIZON: page(many, 'b'), b: page([1_001, 1_002], 'c') }),
    });
    const { records, scanned, last } = await changes.read({ shard: SHARD, limit: 1_002 });
    assert.deepEqual([records.length, scanned, last], [1_002, 1_002, sequence(1_002)]);
    assert.deepEqual(
      inputsOf('GetRecords').map(({ Limit }) => Limit),
      [1_000, 2],
    );
  });

  it('gets through the empty pages that DynamoDB gives in front of records', async (test) => {
    const { changes, iteratorsUsed } = await openChanges(test, {
      GetRecords: shardOf({ TRIM_HORIZON: page([], 'further'), further: page([1], 'behind 1') }),
    });
    assert.deepEqual(await changes.read({ shard: SHARD, limit: 5 }), {
      records: [],
      last: undefined,
      scanned: 0,
      closed: false,
    });
    assert.equal((await changes.read({ shard: SHARD, limit: 1 })).last, sequence(1));
    assert.deepEqual(iteratorsUsed(), ['TRIM_HORIZON', 'further']);
  });

  it('says when a closed shard is read to its end, and asks no more about it', async (test) => {
    const { changes, calls } = await openChanges(test, { GetRecords: shardOf({ TRIM_HORIZON: page([1]) }) });
    const { closed, last } = await changes.read({ shard: SHARD, limit: 10 });
    assert.equal(closed, true);
    const asked = calls.length;
    assert.deepEqual(await changes.read({ shard: SHARD, after: last, limit: 10 }), {
      records: [],
      last: undefined,
      scanned: 0,
      closed: true,
    });
    const { signal } = new AbortController();
    await changes.waitForRecords({ shard: SHARD, after: last, signal });
    assert.equal(calls.length, asked);
  });

  it('answers what it has when a later page fails', async (test) => {
    const { changes } = await openChanges(test, { GetRecords: shardOf({ TRIM_HORIZON: page([1], 'b'), b: BROKEN }) });
    const read = await changes.read({ shard: SHARD, limit: 10 });
    assert.deepEqual([read.scanned, read.closed], [1, false]);
    await assert.rejects(changes.read({ shard: SHARD, after: read.last, limit: 10 }), { code: 'unavailable' });
  });

  it('repeats what is throttled or lost', async (test) => {
    const { changes, clock } = await openChanges(test, {
      GetRecords: inTurn(THROTTLED, 'hang up', page([1], 'b'), page([], 'b')),
    });
    assert.equal((await changes.read({ shard: SHARD, limit: 10 })).scanned, 1);
    assert.equal(clock.sleeps.length, 2);
  });

  it('passes on what the time to live removed', async (test) => {
    const removed = {
      eventName: 'REMOVE',
      userIdentity: { PrincipalId: 'dynamodb.amazonaws.com', Type: 'Service' },
      dynamodb: {
        ApproximateCreationDateTime: 1_767_225_600,
        Keys: row('campaign:a', 'member:1'),
        OldImage: row('campaign:a', 'member:1', 'old'),
        SequenceNumber: sequence(1),
      },
    };
    const { changes } = await openChanges(test, {
      GetRecords: inTurn({ body: { Records: [removed], NextShardIterator: 'x' } }, page([], 'x')),
    });
    const keys = { PK: 'campaign:a', SK: 'member:1' };
    assert.deepEqual((await changes.read({ shard: SHARD, limit: 10 })).records, [
      {
        eventName: 'REMOVE',
        keys,
        shard: SHARD,
        sequence: sequence(1),
        atMs: 1_767_225_600_000,
        oldItem: { ...keys, text: 'old' },
      },
    ]);
  });

  it('refuses records without the images that it needs', async (test) => {
    const bare = { ...insert(1), dynamodb: { ...insert(1).dynamodb, NewImage: undefined } };
    const { changes } = await openChanges(test, {
      GetRecords: always({ body: { Records: [bare], NextShardIterator: 'x' } }),
    });
    await assert.rejects(changes.read({ shard: SHARD, limit: 1 }), {
      code: 'validation',
      message: /NEW_AND_OLD_IMAGES/,
    });
  });

  it('does not know shards that DynamoDB does not, nor those of a table without a stream', async (test) => {
    const { changes } = await openChanges(test, { GetShardIterator: always({ error: 'ResourceNotFoundException' }) });
    await assert.rejects(changes.read({ shard: SHARD, limit: 1 }), { code: 'not_found' });
    await assert.rejects(changes.latest('shardId-1'), { code: 'not_found' });
    const streamless = await openChanges(test, { DescribeTable: always({ body: { Table: {} } }) });
    await assert.rejects(streamless.changes.shards(), { code: 'not_found', message: /no stream/ });
  });

  it('refuses a place that is no sequence', async (test) => {
    const { changes, calls } = await openChanges(test, {});
    await assert.rejects(changes.read({ shard: SHARD, after: 'LATEST', limit: 1 }), { code: 'validation' });
    assert.equal(calls.length, 0);
  });

  it('counts its requests', async (test) => {
    const uses: DynamoUse[] = [];
    const { changes } = await openChanges(
      test,
      { GetRecords: always(page([], 'x')) },
      { onUse: (use) => uses.push(use) },
    );
    await changes.read({ shard: SHARD, limit: 1 });
    assert.deepEqual(
      uses.map(({ operation }) => operation),
      ['DescribeTable', 'GetShardIterator', 'GetRecords'],
    );
  });
});

describe('the shards of a stream', () => {
  it('are found page by page, with the parents that can still be read', async (test) => {
    const { changes, inputsOf } = await openChanges(test, {
      DescribeStream: inTurn(
        { body: { StreamDescription: { Shards: [{ ShardId: 'b', ParentShardId: 'a' }], LastEvaluatedShardId: 'b' } } },
        { body: { StreamDescription: { Shards: [{ ShardId: 'c', ParentShardId: 'b' }] } } },
      ),
    });
    assert.deepEqual(await changes.shards(), [{ id: 'b' }, { id: 'c', parent: 'b' }]);
    assert.deepEqual(
      inputsOf('DescribeStream').map(({ ExclusiveStartShardId }) => ExclusiveStartShardId),
      [undefined, 'b'],
    );
  });
});

describe('the newest change', () => {
  it('is found by reading to the tip, and from there the next time', async (test) => {
    const pages: Record<string, Answer> = { TRIM_HORIZON: page([1, 2], 'b'), b: page([], 'c'), c: page([3], 'd') };
    const { changes, iteratorsUsed } = await openChanges(test, { GetRecords: shardOf(pages) });
    assert.equal(await changes.latest(SHARD), sequence(3));
    const asked = iteratorsUsed().length;
    pages.d = page([4], 'e');
    assert.equal(await changes.latest(SHARD), sequence(4));
    assert.equal(iteratorsUsed()[asked], 'd');
    assert.equal(iteratorsUsed().filter((iterator) => iterator === 'TRIM_HORIZON').length, 1);
  });

  it('is not taken to be in front of a place that was read behind, though empty pages in the middle look like the tip', async (test) => {
    const { changes } = await openChanges(test, {
      GetRecords: shardOf({ TRIM_HORIZON: page([1], 'b'), b: page([], 'c'), c: page([], 'd'), d: page([2], 'e') }),
    });
    const { last } = await changes.read({ shard: SHARD, after: sequence(2), limit: 1 });
    assert.equal(last, undefined);
    assert.equal(await changes.latest(SHARD), sequence(2));
  });

  it('stays unknown behind a place that is in front of all records', async (test) => {
    const { changes } = await openChanges(test, { GetRecords: shardOf({}) });
    await changes.read({ shard: SHARD, after: '0', limit: 1 });
    assert.equal(await changes.latest(SHARD), undefined);
  });

  it('is looked for once, however many ask at the same time', async (test) => {
    const { changes, inputsOf } = await openChanges(test, { GetRecords: shardOf({ TRIM_HORIZON: page([1]) }) });
    assert.deepEqual(await Promise.all([changes.latest(SHARD), changes.latest(SHARD)]), [sequence(1), sequence(1)]);
    assert.equal(inputsOf('GetRecords').length, 1);
  });
});

describe('waiting for changes', () => {
  it('looks less and less often, up to its longest pause', async (test) => {
    let looks = 0;
    const GetRecords: Handler = () => (++looks < 7 ? page([], 'x') : page([1], 'y'));
    const { changes, clock } = await openChanges(test, { GetRecords }, { pollMs: 500 });
    await changes.waitForRecords({ shard: SHARD, signal: new AbortController().signal });
    assert.deepEqual(clock.sleeps, [50, 100, 200, 400, 500, 500]);
  });

  it('leaves the record to be read', async (test) => {
    const { changes } = await openChanges(test, { GetRecords: shardOf({ TRIM_HORIZON: page([1], 'b') }) });
    await changes.waitForRecords({ shard: SHARD, signal: new AbortController().signal });
    assert.equal((await changes.read({ shard: SHARD, limit: 1 })).last, sequence(1));
  });

  it('ends when the signal aborts, also in the middle of a request, and with an error when the table is closed', async (test) => {
    const stop = new AbortController();
    const aborting = await openChanges(test, {
      GetRecords: async () => {
        stop.abort();
        await new Promise((resolve) => setImmediate(resolve));
        return page([], 'x');
      },
    });
    await aborting.changes.waitForRecords({ shard: SHARD, signal: stop.signal });
    const closing = await openChanges(test, {
      GetRecords: async () => {
        void closing.table.close();
        await new Promise((resolve) => setImmediate(resolve));
        return page([], 'x');
      },
    });
    const { signal } = new AbortController();
    await assert.rejects(closing.changes.waitForRecords({ shard: SHARD, signal }), { code: 'closed' });
  });
});
