import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { nextTurn } from '@verifiedfan/test-utils';
import {
  createTracing,
  GlobalTracer,
  shutdownGlobalTracer,
  TracedAsyncFn,
  TracedRequest,
  TracedSdk,
  TracingError,
} from '../src/index.ts';
import { attributesOf, startReceiver } from './receiver.ts';

const setUp = async () => {
  const receiver = await startReceiver();
  const tracing = await createTracing({ serviceName: 'x', ...receiver.collector });
  return {
    receiver,
    tracing,
    tracer: tracing.tracer,
    async [Symbol.asyncDispose]() {
      await tracing.shutdown();
      await receiver[Symbol.asyncDispose]();
    },
  };
};

describe('TracedAsyncFn', () => {
  it('passes arguments, this, answers and errors, and ends its span each time', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const boom = new Error('boom');
    const owner = {
      factor: 2,
      double: TracedAsyncFn({
        tracer,
        spanName: 'double',
        async fn(this: unknown, n: number) {
          await nextTurn();
          return n * (this as { factor: number }).factor;
        },
      }),
    };
    const throwing = TracedAsyncFn({
      tracer,
      spanName: 'throws at once',
      fn: (): number => {
        throw boom;
      },
    });
    assert.equal(await owner.double(21), 42);
    await assert.rejects(throwing(), (error) => error === boom);
    await tracing.span({ name: 'outer' }, () => owner.double(1));
    await tracing.flush();
    assert.equal(receiver.spans().length, 4);
    assert.equal(receiver.span('throws at once').status.code, 2);
    const inner = receiver.spans().find(({ parentSpanId }) => parentSpanId === receiver.span('outer').spanId);
    assert.equal(inner?.name, 'double');
  });
});

describe('TracedRequest', () => {
  it('says method, host, path and status, and nothing of the query', async () => {
    await using estate = await setUp();
    const request = TracedRequest({
      tracer: estate.tracer,
      request: async (_: { url: string; method?: string }) => ({ status: 503 }),
    });
    const answer = await request({
      url: 'http://ada:pw@sms.example:8080/v1/send?phone=%2B12025550100',
      method: 'post',
    });
    assert.deepEqual(answer, { status: 503 });
    await estate.tracing.flush();
    const span = estate.receiver.span('POST sms.example:8080');
    assert.equal(span.kind, 3);
    assert.deepEqual(span.status, { code: 2, message: 'HTTP 503' });
    assert.deepEqual(attributesOf(span), {
      'http.request.method': 'POST',
      'server.address': 'sms.example',
      'server.port': '8080',
      'url.scheme': 'http',
      'url.path': '/v1/send',
      'http.response.status_code': '503',
    });
    assert.doesNotMatch(estate.receiver.requests[0]?.text ?? '', /2025550100|ada|pw/);
  });

  it('tells our own services who calls, and third parties nothing', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const seen: (Readonly<Record<string, string>> | undefined)[] = [];
    const send = async (call: { url: string; headers?: Readonly<Record<string, string>> }) => {
      seen.push(call.headers);
      return { statusCode: 200 };
    };
    await runWithCorrelation({ correlation: 'abc' }, async () => {
      await TracedRequest({ tracer, request: send, propagate: true, spanName: 'own' })({
        url: 'http://own.example/',
        headers: { a: 'b' },
      });
      await TracedRequest({ tracer, request: send })({ url: 'not a url', headers: { a: 'b' } });
    });
    await tracing.flush();
    const { traceId, spanId } = receiver.span('own');
    assert.deepEqual(seen, [
      { a: 'b', 'x-correlation-id': 'abc', traceparent: `00-${traceId}-${spanId}-01` },
      { a: 'b' },
    ]);
    assert.deepEqual(receiver.span('own').status, { code: 0 });
  });

  it('lets the error of a request through', async () => {
    await using estate = await setUp();
    const error = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const request = TracedRequest({ tracer: estate.tracer, request: (_: { url: URL }) => Promise.reject(error) });
    await assert.rejects(request({ url: new URL('http://down.example') }), (thrown) => thrown === error);
    await estate.tracing.flush();
    assert.equal(estate.receiver.span('GET down.example').status.code, 2);
  });
});

class PutItemCommand {
  readonly input = { email: 'ada@example.com' };
}

class Client {
  #calls = 0;
  readonly config = { region: 'x' };
  async get(key: string): Promise<string> {
    this.#calls += 1;
    return this.twice(key);
  }
  twice(text: string): string {
    return text + text;
  }
  async send(_command: object): Promise<number> {
    this.#calls += 1;
    return this.#calls;
  }
  fail(): never {
    throw new RangeError('no');
  }
  get calls(): number {
    return this.#calls;
  }
}

describe('TracedSdk', () => {
  it('makes a span per call, keeps private state and gives the same answers', async () => {
    await using estate = await setUp();
    const { tracer, tracing, receiver } = estate;
    const client = TracedSdk({ tracer, sdk: new Client(), name: 'dynamodb' });
    assert.equal(await client.get('a'), 'aa');
    assert.equal(await client.send(new PutItemCommand()), 2);
    assert.equal(await client.send(Object.create(null) as object), 3);
    assert.throws(() => client.fail(), RangeError);
    assert.equal(client.calls, 3);
    assert.equal(client.config.region, 'x');
    assert.equal(client.get, client.get);
    assert.ok(client instanceof Client);
    await tracing.flush();
    assert.deepEqual(
      receiver.spans().map(({ name, status }) => [name, status.code]),
      [
        ['dynamodb.get', 0],
        ['dynamodb.PutItem', 0],
        ['dynamodb.send', 0],
        ['dynamodb.fail', 2],
      ],
    );
    assert.doesNotMatch(receiver.requests[0]?.text ?? '', /example/);
    assert.equal(client.constructor, Client);
  });

  it('traces only the chosen methods, and survives frozen clients and lazy answers', async () => {
    await using estate = await setUp();
    let started = 0;
    const lazy = { run: () => Object.fromEntries([['then', () => (started += 1)]]) };
    const frozen = TracedSdk({ tracer: estate.tracer, sdk: Object.freeze({ ping: () => 'pong' }), name: 'frozen' });
    const chosen = TracedSdk({ tracer: estate.tracer, sdk: new Client(), name: 'client', methods: ['twice'] });
    assert.equal(frozen.ping(), 'pong');
    TracedSdk({ tracer: estate.tracer, sdk: lazy, name: 'lazy' }).run();
    assert.equal(started, 0);
    assert.equal(await chosen.get('a'), 'aa');
    chosen.twice('a');
    await estate.tracing.flush();
    assert.deepEqual(
      estate.receiver.spans().map(({ name }) => name),
      ['lazy.run', 'client.twice'],
    );
  });
});

describe('GlobalTracer', () => {
  afterEach(() => shutdownGlobalTracer());

  it('is one for the process, and the default of the wrappers', async () => {
    await using receiver = await startReceiver();
    const settings = {
      tracerName: 'mine',
      serviceName: 'api',
      ...receiver.collector,
    };
    const tracing = await GlobalTracer(settings);
    assert.equal(await GlobalTracer({ ...settings }), tracing);
    await TracedAsyncFn({ spanName: 'fetchUserData', fn: async () => 1 })();
    await tracing.flush();
    assert.equal(receiver.span('fetchUserData').status.code, 0);
  });

  it('refuses other settings aloud, and takes them after a shutdown', async () => {
    await GlobalTracer({ serviceName: 'api' });
    assert.throws(
      () => GlobalTracer({ serviceName: 'other', collectorPort: 4_318 }),
      (error) =>
        error instanceof TracingError &&
        error.code === 'already_configured' &&
        /collectorPort, serviceName/.test(error.message),
    );
    await shutdownGlobalTracer();
    assert.equal((await GlobalTracer({ serviceName: 'other' })).enabled, false);
  });

  it('refuses to share with an incompatible copy of the package', async () => {
    const slot = globalThis as unknown as Record<symbol, unknown>;
    const key = Symbol.for('@verifiedfan/tracing');
    slot[key] = { format: 99, settings: {} };
    try {
      assert.throws(() => GlobalTracer({ serviceName: 'api' }), { code: 'incompatible_copy' });
    } finally {
      slot[key] = undefined;
    }
  });

  it('checks its options at once', () => {
    for (const wrong of [
      {},
      { serviceName: 'x', collectorHost: 'http://x' },
      { serviceName: 'x', collectorPort: 0 },
      { serviceName: 'x', port: 1 },
    ]) {
      assert.throws(() => GlobalTracer(wrong as { serviceName: string }), { code: 'invalid_options' });
    }
  });
});
