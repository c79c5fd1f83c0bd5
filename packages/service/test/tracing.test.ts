import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { currentContext } from '@verifiedfan/correlation';
import { openSqliteDatabase } from '@verifiedfan/embedded';
import { z } from '@verifiedfan/schema';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { createTracing } from '@verifiedfan/tracing';
import { route, traceDatabase } from '../src/index.ts';
import { startService } from './support/service.ts';

type Finished = {
  name: string;
  spanId: string;
  parent: string | undefined;
  trace: string;
  attributes: Record<string, unknown>;
};

const startTraced = async (context: TestContext) => {
  const spans: Finished[] = [];
  const tracing = await createTracing({
    serviceName: 'test-service',
    exporter: {
      export(batch, done) {
        for (const { name, attributes, parentSpanContext, spanContext } of batch) {
          const { spanId, traceId } = spanContext();
          spans.push({
            name,
            spanId,
            trace: traceId,
            parent: parentSpanContext?.spanId,
            attributes: { ...attributes },
          });
        }
        done({ code: 0 });
      },
      shutdown: async () => {},
    },
  });
  context.after(() => tracing.shutdown());
  const store = openSqliteDatabase({ location: ':memory:', random: createSeededRandom({ seed: 1 }) });
  context.after(() => store.close());
  const things = traceDatabase(store, tracing).collection('things');
  const seen: (string | undefined)[] = [];
  const read = route({
    method: 'GET',
    path: '/things/:id',
    summary: 'Reads a thing',
    access: 'public',
    params: z.strictObject({ id: z.string() }),
    responses: { 200: z.string() },
    async handler({ params }) {
      seen.push(currentContext()?.traceparent);
      if (params.id === 'broken') throw new Error('broken');
      await things.findById(params.id);
      return { status: 200, data: params.id };
    },
  });
  const { call } = await startService(context, [read], { tracing });
  return { call, tracing, spans, seen };
};

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';

describe('tracing', () => {
  it("continues the caller's trace down to the store, under templates and with the correlation id", async (context) => {
    const { call, tracing, spans, seen } = await startTraced(context);
    await call('/things/fan-1', { headers: { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-correlation-id': 'c-1' } });
    await tracing.flush();
    const request = spans.find(({ name }) => name === 'GET /things/:id');
    const store = spans.find(({ name }) => name === 'things.findById');
    assert.deepEqual(
      [request?.trace, request?.parent, store?.trace, store?.parent],
      [TRACE, PARENT, TRACE, request?.spanId],
    );
    assert.deepEqual([request?.attributes['correlation.id'], store?.attributes['correlation.id']], ['c-1', 'c-1']);
    assert.equal(request?.attributes['http.response.status_code'], 200);
    assert.equal(seen[0], `00-${TRACE}-${request?.spanId}-01`);
    assert.doesNotMatch(JSON.stringify(spans), /fan-1/);
  });

  it('traces answers that never reach a handler too', async (context) => {
    const { call, tracing, spans } = await startTraced(context);
    await call('/nothing');
    await call('/things/broken');
    await tracing.flush();
    assert.deepEqual(
      spans.map(({ name, attributes }) => [name, attributes['http.response.status_code']]),
      [
        ['GET unmatched', 404],
        ['GET /things/:id', 500],
      ],
    );
  });
});
