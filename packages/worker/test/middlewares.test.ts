import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import middy, { type MiddlewareObj } from '@middy/core';
import { makeLambdaContext, makeSqsInput } from '@verifiedfan/test-utils';
import { createHandler, type Middleware, sqs } from '../src/index.ts';
import { createTestHost } from './support/host.ts';
import { aWorker } from './support/workers.ts';

// Each set runs in middy itself and in our pipeline: the answers and the order of calls must be the same.

type Log = (entry: string) => void;
type Make = (log: Log) => MiddlewareObj[];

const noting = (log: Log, name: string, more: MiddlewareObj = {}): MiddlewareObj => ({
  before: async (request) => {
    log(`${name} before`);
    return more.before?.(request);
  },
  after: (request) => {
    log(`${name} after`);
    return more.after?.(request);
  },
  onError: async (request) => {
    log(`${name} onError`);
    return more.onError?.(request);
  },
});

const fails = (): never => {
  throw new Error('of a middleware');
};

const SETS: Record<string, Make> = {
  'run before in order, after in reverse': (log) => [noting(log, 'a'), noting(log, 'b')],
  'may answer early, which skips the worker and everything behind': (log) => [
    noting(log, 'a'),
    noting(log, 'b', { before: () => ({ early: true }) }),
    noting(log, 'c'),
  ],
  'may replace the answer': (log) => [noting(log, 'a'), noting(log, 'b', { after: () => ({ replaced: true }) })],
  'may change the answer in place': (log) => [
    noting(log, 'a', {
      after: (request) => {
        request.response = { ...(request.response as object), changed: true };
      },
    }),
  ],
  'may set an early response, undefined included': (log) => [
    noting(log, 'a', {
      before: (request) => {
        request.earlyResponse = undefined;
      },
    }),
    noting(log, 'b'),
  ],
  'throw on when nobody answers an error': (log) => [noting(log, 'a'), noting(log, 'b', { before: fails })],
  'may answer an error': (log) => [
    noting(log, 'a', { onError: () => ({ recovered: true }) }),
    noting(log, 'b', { before: fails }),
  ],
  'may set the answer to an error': (log) => [
    noting(log, 'a', {
      onError: (request) => {
        request.response = { recovered: (request.error as Error).message };
      },
    }),
    noting(log, 'b', { after: fails }),
  ],
  'do not let the answer of a worker hide an error behind it': (log) => [noting(log, 'a', { after: fails })],
  'may throw another error': (log) => [noting(log, 'a', { onError: fails }), noting(log, 'b', { after: fails })],
};

const outcomeOf = async (run: () => Promise<unknown>, calls: string[]) => {
  try {
    return { answer: await run(), calls };
  } catch (thrown) {
    return { error: (thrown as Error).message, calls };
  }
};

const inMiddy = (make: Make) => {
  const calls: string[] = [];
  const log: Log = (entry) => void calls.push(entry);
  const handler = middy(async () => {
    log('worker');
    return { count: 1, batchItemFailures: [] };
  }).use(make(log));
  const event = makeSqsInput([{ body: 1 }]);
  return outcomeOf(async () => handler(event, makeLambdaContext() as never), calls);
};

const inOurs = (make: Make) => {
  const calls: string[] = [];
  const log: Log = (entry) => void calls.push(entry);
  const middlewares: readonly Middleware[] = make(log) as readonly Middleware[];
  const handle = async () => {
    log('worker');
    return { count: 1 };
  };
  const worker = aWorker(sqs('q'), handle, { middlewares });
  const handler = createHandler({ name: 'theWorker', worker, host: createTestHost() });
  return outcomeOf(() => handler(makeSqsInput([{ body: 1 }]), makeLambdaContext()), calls);
};

describe('middy middlewares', () => {
  for (const [name, make] of Object.entries(SETS)) {
    it(name, async () => {
      const expected = await inMiddy(make);
      assert.ok(expected.calls.length > 0);
      assert.deepEqual(await inOurs(make), expected);
    });
  }

  it('see the raw event and the context, and may change the event before it is decoded', async () => {
    const seen: unknown[] = [];
    const middlewares: Middleware[] = [
      {
        before(request) {
          seen.push(request.event, request.context);
          request.event = makeSqsInput([{ body: 'changed' }].map(({ body }) => ({ body: JSON.stringify(body) })));
        },
      },
    ];
    const worker = aWorker(sqs('q'), async ([record]) => ({ data: record?.data as string }), { middlewares });
    const event = makeSqsInput([{ body: 1 }]);
    const context = makeLambdaContext();
    const handler = createHandler({ name: 'theWorker', worker, host: createTestHost() });
    assert.deepEqual(await handler(event, context), { data: 'changed', batchItemFailures: [] });
    assert.deepEqual(seen, [event, context]);
  });
});
