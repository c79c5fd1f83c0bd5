import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { currentContext } from '@verifiedfan/correlation';
import {
  makeDynamoDBStreamInput,
  makeKinesisInput,
  makeLambdaContext,
  makeS3Input,
  makeScheduleInput,
  makeSqsInput,
} from '@verifiedfan/test-utils';
import { createHandler, dynamodbStream, kinesis, s3, schedule, sqs, type Worker } from '../src/index.ts';
import { createTestHost } from './support/host.ts';
import { aWorker, byData, storedLetters } from './support/workers.ts';

const setUp = (worker: Worker) => {
  const host = createTestHost({ context: currentContext });
  return { host, handler: createHandler({ name: 'theWorker', worker, host }) };
};
const wishes = (...list: string[]) => list.map((wish) => ({ data: { wish }, body: { wish } }));

describe('createHandler', () => {
  it("answers with the worker's counters beside the failures, in the shape of the source", async () => {
    const { handler } = setUp(aWorker(sqs('q'), byData));
    const [, failing] = makeSqsInput(wishes('done', 'retry')).Records;
    assert.deepEqual(await handler(makeSqsInput(wishes('done', 'retry'))), {
      count: 2,
      batchItemFailures: [{ itemIdentifier: failing?.messageId }],
    });
  });

  it('survives JSON: the event is read as Lambda would hand it over', async () => {
    const { handler } = setUp(aWorker(kinesis('s'), byData));
    const event: unknown = JSON.parse(JSON.stringify(makeKinesisInput(wishes('done'))));
    assert.deepEqual(await handler(event, makeLambdaContext()), { count: 1, batchItemFailures: [] });
  });

  it('refuses the event of a foreign source, and names its own', async () => {
    const { handler } = setUp(aWorker([kinesis('scoresStream'), sqs('again')]));
    for (const event of [makeS3Input([{ key: 'a' }]), {}, null, 'text'])
      await assert.rejects(handler(event), {
        code: 'foreign_event',
        message: /kinesis \(scoresStream\) or sqs \(again\)/,
      });
  });

  it('makes an empty batch of a record that cannot be decoded, and dead-letters it', async () => {
    const { handler, host } = setUp(aWorker(sqs('q'), byData));
    const event = makeSqsInput([{ body: 'no JSON', messageId: 'm-1' }]);
    assert.deepEqual(await handler(event), { count: 0, batchItemFailures: [] });
    const [letter] = await storedLetters(host);
    assert.equal(letter?.position, 'queue/m-1');
    assert.deepEqual(letter?.payload, JSON.parse(JSON.stringify(event.Records[0])));
  });

  it('throws for a source that knows only all or nothing', async () => {
    for (const [source, event] of [
      [s3('bucket'), makeS3Input([{ key: 'a' }])],
      [schedule('refresh'), makeScheduleInput()],
    ] as const) {
      const failing = setUp(
        aWorker(source, async ([record], { retry }) => {
          if (record !== undefined) retry(record, new Error('not now'));
          return {};
        }),
      );
      await assert.rejects(failing.handler(event), /not now/);
      assert.deepEqual(await setUp(aWorker(source)).handler(event), { count: 1 });
    }
  });

  it('echoes the state of a window', async () => {
    const { handler } = setUp(aWorker(dynamodbStream('t', { windowSeconds: 1 })));
    const window = { startMs: 0, endMs: 1_000, state: { sum: 7 } };
    assert.deepEqual(await handler(makeDynamoDBStreamInput([], { window })), {
      count: 0,
      batchItemFailures: [],
      state: { sum: 7 },
    });
  });

  it('takes the source that the event names, of several of one kind', async () => {
    const worker = aWorker([schedule('hourly'), schedule('daily')], async ([record]) => ({
      name: (record?.data as { schedule: string } | undefined)?.schedule ?? 'no record',
    }));
    const { handler } = setUp(worker);
    assert.deepEqual(await handler(makeScheduleInput({ name: 'daily' })), { name: 'daily' });
    assert.deepEqual(await handler(makeScheduleInput({ name: 'renamed-by-AWS' })), { name: 'hourly' });
  });

  it('makes the services once, and again only after a failure', async () => {
    let made = 0;
    const worker = aWorker(sqs('q'), undefined, {
      services: () => {
        made += 1;
        if (made === 1) throw new Error('no secret yet');
        return {};
      },
    });
    const { handler } = setUp(worker);
    await assert.rejects(handler(makeSqsInput([{ body: 1 }])), /no secret yet/);
    await handler(makeSqsInput([{ body: 1 }]));
    await handler(makeSqsInput([{ body: 1 }]));
    assert.equal(made, 2);
  });

  it('runs, logs and counts under the correlation of the invocation, and rethrows what the worker throws', async () => {
    const seen: unknown[] = [];
    const { handler, host } = setUp(
      aWorker(sqs('q'), async () => {
        seen.push(currentContext());
        throw new Error('boom');
      }),
    );
    await assert.rejects(handler(makeSqsInput([{ body: 1 }]), { awsRequestId: 'request-1' }), /boom/);
    assert.partialDeepStrictEqual(seen, [{ correlation: 'request-1', worker: 'theWorker' }]);
    const [line] = host.lines;
    assert.equal(line?.level, 'error');
    assert.partialDeepStrictEqual(line?.context, { correlation: 'request-1', worker: 'theWorker' });
    assert.deepEqual(host.counted, ['worker_errors']);
  });

  it('never logs under an id that could break a line', async () => {
    const { handler, host } = setUp(aWorker(sqs('q'), byData));
    await handler(makeSqsInput(wishes('retry')), { awsRequestId: 'two\nlines' });
    const logged = host.lines[0]?.context as { correlation: string } | undefined;
    assert.match(logged?.correlation ?? 'no line', /^[0-9a-f-]{36}$/);
  });

  it('takes nothing while its flag is off, so nothing is lost', async () => {
    const { handler, host } = setUp(aWorker(sqs('q'), byData, { flag: 'scoring' }));
    const event = makeSqsInput(wishes('done'));
    assert.deepEqual(await handler(event), { count: 1, batchItemFailures: [] });
    host.flags.set('scoring', false);
    await assert.rejects(handler(event), { code: 'switched_off', retryable: true });
    host.flags.set('scoring', true);
    assert.deepEqual(await handler(event), { count: 1, batchItemFailures: [] });
  });

  it('tells the worker how much time is left, and when to stop', async () => {
    const stop = new AbortController();
    const seen: unknown[] = [];
    const { handler } = setUp(
      aWorker(sqs('q'), async (_records, { remainingMs, signal }) => {
        seen.push(remainingMs(), signal.aborted);
        return {};
      }),
    );
    stop.abort();
    await handler(makeSqsInput([{ body: 1 }]), { getRemainingTimeInMillis: () => 1_234, signal: stop.signal });
    await handler(makeSqsInput([{ body: 1 }]));
    assert.deepEqual(seen, [1_234, true, Number.POSITIVE_INFINITY, false]);
  });
});
