import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Catalogue } from '@verifiedfan/ports';
import { createProbe } from '@verifiedfan/test-utils';
import {
  appsyncResolver,
  defineWorker,
  dynamodbStream,
  kinesis,
  LoopError,
  s3,
  schedule,
  sqs,
  type Worker,
} from '@verifiedfan/worker';
import { createRig, letTimePassUntil, put } from './support/rig.ts';
import { aWorker, CATALOGUE, PURPOSE } from './support/workers.ts';

const nothing = async () => ({});
const start = async (
  test: Parameters<typeof createRig>[0],
  workers: Record<string, Worker>,
  catalogue: Catalogue = CATALOGUE,
) => {
  const rig = createRig(test, { workers, catalogue });
  return { rig, starting: rig.engine.start() };
};

describe('an engine refuses to start', () => {
  it('workers that would wake each other for ever, and names the circle', async (test) => {
    const workers = {
      ping: aWorker(kinesis('stream'), nothing, { writes: ['rows'] }),
      pong: aWorker(dynamodbStream('rows'), nothing, { writes: ['stream'] }),
    };
    await assert.rejects(start(test, workers), (error) => {
      assert.ok(error instanceof LoopError);
      assert.equal(error.code, 'self_excitation');
      assert.deepEqual(error.path, ['ping', 'rows', 'pong', 'stream', 'ping']);
      return true;
    });
  });

  it('a worker whose source is not in the catalogue', async (test) => {
    const workers = { lost: aWorker(schedule('never'), nothing) };
    await assert.rejects(start(test, workers), { code: 'unknown_resource', message: /lost names never/ });
  });

  it('a schedule that the catalogue knows as something else, and runs none of the others', async (test) => {
    let calls = 0;
    const counting = async () => {
      calls += 1;
      return {};
    };
    const workers = {
      early: aWorker(kinesis('stream'), counting),
      wrong: aWorker(schedule('queue'), nothing),
    };
    const { rig, starting } = await start(test, workers);
    await assert.rejects(starting, /the catalogue has no schedule queue/);
    await put(rig, 'stream', [1]);
    await rig.engine.settled();
    assert.equal(calls, 0);
    assert.equal(rig.clock.sleeping(), 0);
  });

  it('an expression that is none, naming the field', async (test) => {
    const never = { kind: 'schedule', purpose: PURPOSE, expression: 'cron(61 * * * ? *)' } as const;
    const { starting } = await start(test, { worker: aWorker(schedule('never'), nothing) }, { ...CATALOGUE, never });
    await assert.rejects(starting, { code: 'invalid_schedule', field: 'minutes' });
  });

  for (const [queue, fifo, message] of [
    ['fifoQueue', false, /fifoQueue is FIFO, and its worker says otherwise/],
    ['queue', true, /queue is not FIFO, and its worker says otherwise/],
  ] as const) {
    it(`a worker that declares ${queue} wrongly`, async (test) => {
      const { starting } = await start(test, { worker: aWorker(sqs(queue, { fifo }), nothing) });
      await assert.rejects(starting, message);
    });
  }

  it('two workers on one bucket, of which one would never be told', async (test) => {
    const workers = { one: aWorker(s3('bucket'), nothing), other: aWorker(s3('bucket'), nothing) };
    await assert.rejects(start(test, workers), /one and other both take the uploads of bucket/);
  });

  it('to run twice', async (test) => {
    const { rig, starting } = await start(test, {});
    await starting;
    await assert.rejects(rig.engine.start(), /started once/);
  });
});

describe('an engine', () => {
  it('has no mapping for a worker behind GraphQL', async (test) => {
    const resolver = defineWorker({
      purpose: PURPOSE,
      source: appsyncResolver('campaign'),
      reads: [],
      writes: [],
      services: () => ({}),
      answer: async () => null,
    });
    const { rig, starting } = await start(test, { resolver });
    await starting;
    await rig.engine.settled();
    assert.equal(rig.engine.prepared('resolver')?.name, 'resolver');
    assert.equal(rig.engine.prepared('somebody'), undefined);
  });

  it('tells a worker when all that could still reach it is done', async (test) => {
    const answers: string[] = [];
    const order: string[] = [];
    const front = aWorker(
      kinesis('stream', { batchSize: 1 }),
      async (records) => {
        order.push('front');
        await rig.platform.table('rows').updateMany(records.map(({ meta }) => ({ put: { PK: 'a', SK: meta.id } })));
        return {};
      },
      { writes: ['rows'] },
    );
    const middle = aWorker(dynamodbStream('rows'), async () => {
      order.push('middle');
      return {};
    });
    const back = aWorker<unknown>(
      sqs('queue') as ReturnType<typeof sqs<unknown>>,
      async (_records, { services }) => {
        const { drained } = services as { drained(): Promise<string> };
        answers.push(await drained());
        order.push('back');
        return {};
      },
      {
        reads: ['rows'],
        services: ({ upstream, worker }) => ({ drained: () => upstream.drained({ worker, timeoutMs: 60_000 }) }),
      },
    );
    const rig = createRig(test, { workers: { back, middle, front } });
    await rig.platform.queue('queue').sendMany([{ body: '1' }]);
    await put(rig, 'stream', [1, 2, 3]);
    await rig.engine.start();
    await rig.engine.settled();
    assert.deepEqual(answers, ['drained']);
    assert.deepEqual(
      order.filter((name) => name !== 'middle'),
      ['front', 'front', 'front', 'back'],
    );
  });

  it('answers busy when the time is up before that', async (test) => {
    const answers = createProbe<string>();
    const front = aWorker(kinesis('stream'), async () => Promise.reject(new Error('never')), { writes: ['rows'] });
    const back = aWorker<unknown>(
      sqs('queue') as ReturnType<typeof sqs<unknown>>,
      async (_records, { services }) => {
        answers.note(await (services as { drained(): Promise<string> }).drained());
        return {};
      },
      {
        reads: ['rows'],
        services: ({ upstream, worker }) => ({ drained: () => upstream.drained({ worker, timeoutMs: 5_000 }) }),
      },
    );
    const rig = createRig(test, { workers: { back, front } });
    await rig.platform.queue('queue').sendMany([{ body: '1' }]);
    await put(rig, 'stream', [1]);
    await rig.engine.start();
    await letTimePassUntil(
      rig.clock,
      answers.first(1).then(() => undefined),
    );
    assert.deepEqual(answers.values, ['busy']);
  });
});
