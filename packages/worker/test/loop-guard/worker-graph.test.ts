import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { JsonValue } from '@verifiedfan/ports';
import { buildWorkerGraph, type GraphWorker, LoopError, parseTarget } from '../../src/loop-guard/index.ts';

const resources = { table: {}, queue: {}, stream: {}, bucket: {}, other: {} };
type Parts = { from: string; kind?: string; writes?: string[]; reads?: string[]; filters?: JsonValue[] };
const worker = (name: string, { from, kind = 'dynamodb', writes = [], reads = [], filters }: Parts): GraphWorker => ({
  name,
  source: { kind, resource: from, filters },
  reads,
  writes,
});
const build = (...workers: GraphWorker[]) => buildWorkerGraph({ workers, resources });
const refusal = (...workers: GraphWorker[]): LoopError => {
  try {
    build(...workers);
  } catch (error) {
    assert.ok(error instanceof LoopError);
    return error;
  }
  return assert.fail('accepted');
};

const sortKeys = (...alternatives: JsonValue[]): JsonValue => ({ dynamodb: { Keys: { SK: { S: alternatives } } } });
const unsent: JsonValue = { dynamodb: { NewImage: { url: { S: [{ exists: false }] } } } };

describe('buildWorkerGraph', () => {
  it('refuses a worker that wakes itself, and names the circle', () => {
    const error = refusal(worker('count', { from: 'table', writes: ['table'] }));
    assert.deepEqual([error.code, error.path], ['self_excitation', ['count', 'table', 'count']]);
    assert.match(error.message, /count → table → count/);
  });

  it('refuses a circle over several workers and kinds of resources, without what leads into it', () => {
    const error = refusal(
      worker('entry', { from: 'bucket', kind: 's3', writes: ['stream'] }),
      worker('a', { from: 'stream', kind: 'kinesis', writes: ['table', 'other'] }),
      worker('b', { from: 'table', writes: ['queue'] }),
      worker('c', { from: 'queue', kind: 'sqs', writes: ['stream'] }),
    );
    assert.deepEqual(error.path, ['a', 'table', 'b', 'queue', 'c', 'stream', 'a']);
  });

  it('accepts a circle that a filter narrows anywhere', () => {
    const graph = build(
      worker('shorten', { from: 'queue', kind: 'sqs', writes: ['table'] }),
      worker('enqueue', { from: 'table', writes: ['queue'], filters: [unsent] }),
    );
    assert.deepEqual(graph.edges, [
      { from: 'shorten', resource: 'table', to: 'enqueue', reach: 'narrowed' },
      { from: 'enqueue', resource: 'queue', to: 'shorten', reach: 'open' },
    ]);
  });

  it('finds the one open circle among narrowed ones', () => {
    const filters = [unsent];
    const error = refusal(
      worker('a', { from: 'table', writes: ['table', 'queue'], filters }),
      worker('b', { from: 'queue', writes: ['queue'] }),
    );
    assert.deepEqual(error.path, ['b', 'queue', 'b']);
  });

  it('sees that a filter excludes the keys that are written', () => {
    const excluding: JsonValue[] = [
      sortKeys({ prefix: 'member:' }),
      sortKeys('meta', 'member:1', { prefix: 'fan:' }),
      sortKeys({ 'anything-but': { prefix: 'meta:' } }),
      sortKeys({ 'anything-but': { prefix: ['x', 'meta:c'] } }),
    ];
    for (const filter of excluding) {
      const graph = build(worker('count', { from: 'table', writes: ['table/meta:counts*'], filters: [filter] }));
      assert.deepEqual(graph.edges, [], JSON.stringify(filter));
      assert.deepEqual(graph.upstream('count'), { workers: [], resources: ['table'] });
    }
    const byPartition: JsonValue = { dynamodb: { Keys: { PK: { S: [{ prefix: 'sale:' }] } } } };
    assert.deepEqual(
      build(worker('a', { from: 'table', writes: ['table/campaign:*/meta:*'], filters: [byPartition] })).edges,
      [],
    );
  });

  it('refuses a filter on keys that lets through just the keys that are written', () => {
    const passing: JsonValue[][] = [
      [sortKeys({ prefix: 'meta:' })],
      [sortKeys({ prefix: 'member:' }), sortKeys({ prefix: 'm' })],
      [{ dynamodb: { NewImage: { SK: { S: [{ prefix: 'meta:' }] } } } }],
    ];
    for (const filters of passing) {
      const error = refusal(worker('count', { from: 'table', writes: ['table/meta:counts*'], filters }));
      assert.equal(error.code, 'self_excitation', JSON.stringify(filters));
    }
  });

  it('takes a filter for narrowing when it may or may not let the written keys through', () => {
    const cases: [write: string, filter: JsonValue][] = [
      ['table/m*', sortKeys({ prefix: 'meta:' })],
      ['table', sortKeys({ prefix: 'meta:' })],
      ['table/meta:*', { eventName: ['INSERT'], dynamodb: { Keys: { SK: { S: [{ prefix: 'meta:' }] } } } }],
      ['table/meta:*', sortKeys({ suffix: 'counts' })],
      [
        'table/meta:*',
        { dynamodb: { Keys: { SK: { S: [{ prefix: 'meta:' }] } }, NewImage: { url: { S: [{ exists: false }] } } } },
      ],
      ['table', sortKeys({ 'anything-but': { prefix: 'meta:' } })],
    ];
    for (const [write, filter] of cases) {
      const { edges } = build(worker('a', { from: 'table', writes: [write], filters: [filter] }));
      assert.deepEqual(
        edges.map(({ reach }) => reach),
        ['narrowed'],
        write,
      );
    }
  });

  it('takes the widest of several writes', () => {
    const filters = [sortKeys({ prefix: 'member:' })];
    assert.equal(
      build(worker('a', { from: 'table', writes: ['table/meta:*', 'table'], filters })).edges[0]?.reach,
      'narrowed',
    );
    refusal(worker('a', { from: 'table', writes: ['table/meta:*', 'table/member:*'], filters }));
  });

  it('does not take reading for writing', () => {
    assert.deepEqual(build(worker('a', { from: 'table', reads: ['table', 'other'] })).edges, []);
  });

  it('knows everything that can still bring work to a worker', () => {
    const graph = build(
      worker('load', { from: 'bucket', kind: 's3', writes: ['stream'] }),
      worker('save', { from: 'stream', kind: 'kinesis', writes: ['table/member:*'] }),
      worker('count', { from: 'table', writes: ['table/meta:*', 'queue'], filters: [sortKeys({ prefix: 'member:' })] }),
      worker('report', { from: 'queue', kind: 'sqs', writes: ['table/meta:*'] }),
      worker('elsewhere', { from: 'other', writes: [] }),
      worker('resolve', { from: 'Query.fan', kind: 'appsync-resolver', writes: ['other'] }),
    );
    assert.deepEqual(graph.upstream('report'), {
      workers: ['load', 'save', 'count'],
      resources: ['queue', 'bucket', 'stream', 'table'],
    });
    assert.deepEqual(graph.upstream('load'), { workers: [], resources: ['bucket'] });
    assert.deepEqual(graph.upstream('elsewhere'), { workers: ['resolve'], resources: ['other'] });
    assert.throws(() => graph.upstream('nobody'), RangeError);
  });

  it('says that a worker in a circle is upstream of itself', () => {
    const graph = build(worker('a', { from: 'table', writes: ['table'], filters: [unsent] }));
    assert.deepEqual(graph.upstream('a'), { workers: ['a'], resources: ['table'] });
  });

  it('lists who touches each resource', () => {
    const graph = build(
      worker('a', { from: 'queue', kind: 'sqs', reads: ['other'], writes: ['table/meta:*', 'table/x*'] }),
    );
    assert.deepEqual(graph.resources.table, { readers: [], writers: ['a'], wakes: [] });
    assert.deepEqual(graph.resources.other, { readers: ['a'], writers: [], wakes: [] });
    assert.deepEqual(graph.resources.queue, { readers: [], writers: [], wakes: ['a'] });
  });

  it('refuses names that are not in the catalogue, and names given twice', () => {
    for (const parts of [
      { from: 'tabel' },
      { from: 'table', reads: ['x'] },
      { from: 'queue', writes: ['x/a*'] },
      { from: 'toString' },
    ]) {
      assert.equal(refusal(worker('a', parts)).code, 'unknown_resource');
    }
    assert.equal(refusal(worker('a', { from: 'table' }), worker('a', { from: 'queue' })).code, 'duplicate_worker');
  });
});

describe('parseTarget', () => {
  it('reads a resource with prefixes of its keys', () => {
    const all = { actions: [], partitionPrefix: '', keyPrefix: '' };
    assert.deepEqual(parseTarget('table'), { ...all, resource: 'table' });
    assert.deepEqual(parseTarget('table/meta:*'), { ...all, resource: 'table', keyPrefix: 'meta:' });
    assert.deepEqual(parseTarget('bucket/a/b*'), { ...all, resource: 'bucket', keyPrefix: 'a/b' });
    const both = { ...all, resource: 'table', partitionPrefix: 'campaign:', keyPrefix: 'meta:counts' };
    assert.deepEqual(parseTarget('table/campaign:*/meta:counts*'), both);
  });

  it('reads what is done to the rows behind the prefixes', () => {
    const { actions, keyPrefix } = parseTarget('table/campaign:*/meta:* get query');
    assert.deepEqual({ actions, keyPrefix }, { actions: ['get', 'query'], keyPrefix: 'meta:' });
  });

  it('refuses anything else', () => {
    for (const text of [
      'table/a* read',
      'table/a*  get',
      'table/ get',
      'table/',
      'table/meta',
      '/x*',
      'table/a*/b*/c*',
      'table/a*/b',
    ]) {
      assert.throws(() => parseTarget(text), { code: 'invalid_target' }, text);
    }
  });
});
