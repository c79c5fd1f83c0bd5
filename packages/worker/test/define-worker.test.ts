import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Worker } from '../src/index.ts';
import {
  appsyncResolver,
  type BatchWorkerDefinition,
  defineWorker,
  kinesis,
  resolveWorker,
  type ServiceKit,
  type Source,
  schedule,
  sqs,
} from '../src/index.ts';
import { createServiceKit } from '../src/service-kit.ts';
import { createTestHost } from './support/host.ts';
import { aWorker } from './support/workers.ts';

const refused = (define: () => unknown, message: RegExp): void =>
  assert.throws(define, { name: 'WorkerError', code: 'invalid_worker', message });

describe('defineWorker', () => {
  it('fills in what was left out', () => {
    const worker = aWorker([kinesis('s'), sqs('q')]);
    assert.partialDeepStrictEqual(worker, { requeues: [], deletes: [], calls: [], middlewares: [], flag: undefined });
    assert.equal(worker.redrivePart, undefined);
    assert.deepEqual(
      worker.sources.map(({ resource }) => resource),
      ['s', 'q'],
    );
  });

  it('refuses a definition that contradicts itself', () => {
    const more = (members: object) => () => aWorker(sqs('q'), undefined, members);
    refused(() => aWorker([]), /needs batch sources/);
    refused(() => aWorker(appsyncResolver('field') as Source), /needs batch sources/);
    refused(() => aWorker([sqs('q'), sqs('q')]), /sqs q is named twice/);
    refused(more({ answer: async () => 1 }), /handle or answer, not both/);
    refused(more({ write: ['table'] }), /unknown members: write/);
    refused(more({ writes: ['table/prefix'] }), /"table\/prefix" names no resource/);
    refused(more({ middlewares: [{}] }), /a middleware needs at least one/);
    const request = { purpose: '', reads: [], writes: [], services: () => ({}), answer: async () => 1 };
    refused(() => defineWorker({ ...request, source: sqs('q') }), /needs request sources/);
  });
});

describe('the service kit', () => {
  const kitOf = (members: Partial<BatchWorkerDefinition<unknown, unknown>>): ServiceKit => {
    const worker = aWorker(schedule('refresh'), undefined, members);
    return createServiceKit(createTestHost(), { name: 'theWorker', ...worker });
  };

  it('hands out what the worker declared in reads, writes, requeues and deletes, with or without a prefix', () => {
    const kit = kitOf({
      reads: ['a'],
      writes: ['b/campaign:*/meta:*'],
      requeues: ['c'],
      deletes: ['d'],
      calls: ['slack'],
    });
    for (const name of ['a', 'b', 'c', 'd']) assert.equal(kit.table(name).name, name);
    assert.equal(kit.endpoint('slack'), 'https://slack.test');
    assert.equal(kit.worker, 'theWorker');
  });

  it('refuses everything else, which has no rights on AWS either', () => {
    const kit = kitOf({ reads: ['a'], calls: [] });
    for (const kind of ['table', 'stream', 'queue', 'bucket', 'cache', 'topic', 'database'] as const)
      assert.throws(() => kit[kind]('b'), { code: 'undeclared', message: /theWorker uses b without declaring it/ });
    assert.throws(() => kit.table('refresh'), { code: 'undeclared' }, 'the source is read by the platform');
    assert.throws(() => kit.endpoint('slack'), { code: 'undeclared', message: /theWorker calls slack/ });
  });

  it('hands out declared secrets alone, and tokens only to who declares their keys', async () => {
    const kit = kitOf({ secrets: ['mine'] });
    await assert.rejects(kit.secrets.get('mine'), (error: Error & { code?: string }) => error.code !== 'undeclared');
    const undeclared = { code: 'undeclared', message: /theWorker uses the secret \w+ without declaring it/ };
    await assert.rejects(kit.secrets.get('other'), undeclared);
    await assert.rejects(kit.verifyToken({ token: '', audience: 'graphql' }), undeclared);
    assert.throws(() => kit.workerToken('entry-service'), undeclared);
    assert.equal(typeof kitOf({ secrets: ['tokenKeys'] }).workerToken('entry-service'), 'function');
  });
});

describe('resolveWorker', () => {
  const workers: Readonly<Record<string, Worker>> = { b: aWorker(sqs('q')), a: aWorker(sqs('q')) };

  it('finds the worker that APP_NAME names', () => assert.equal(resolveWorker(workers, 'a'), workers.a));

  it('fails at start for any other name, and says which there are', () => {
    for (const name of [undefined, '', 'c', 'toString', '__proto__', '../a'])
      assert.throws(() => resolveWorker(workers, name), { code: 'unknown_worker', message: /the workers are a, b$/ });
  });
});
