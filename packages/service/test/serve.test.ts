import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { createManualClock, request } from '@verifiedfan/test-utils';
import Koa from 'koa';
import type { Context, ExchangeState } from '../src/exchange.ts';
import { formatErrors } from '../src/pipeline/error-formatter.ts';
import { keepReady } from '../src/pipeline/send.ts';
import { createServe, type ServeOptions } from '../src/pipeline/serve.ts';
import { createTestLog } from './support/service.ts';

const answerWell = (context: Context): undefined => {
  const headers = { etag: '"1"' };
  keepReady(context, { status: 200, headers, contentType: 'text/plain', body: 'fine' });
};

describe('serving a request', () => {
  it('formats what goes wrong while an answer is made ready, and tells every observer', async (context) => {
    const log = createTestLog();
    const seen: number[] = [];
    const options: ServeOptions = {
      clock: createManualClock(),
      log,
      steps: [answerWell],
      formatError: formatErrors({ statuses: {}, log, strict: true }),
      finish: ({ res }) => {
        res.setHeader('content-encoding', 'broken');
        throw new Error('cannot be sent so');
      },
      observers: [
        () => {
          throw new Error('blind');
        },
        ({ status }) => seen.push(status),
      ],
    };
    const app = new Koa<ExchangeState>();
    const serve = createServe(options);
    app.use((koa) => {
      koa.state.exchange = { correlation: 'c-1', template: '/things', params: {} };
      return serve(koa);
    });
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { status, text, headers } = await request({ url: `http://127.0.0.1:${address.port}/` });
    assert.deepEqual([status, headers['x-correlation-id'], headers.etag], [500, 'c-1', undefined]);
    assert.deepEqual([headers['content-encoding'], JSON.parse(text).error.type], [undefined, 'INTERNAL_ERROR']);
    assert.deepEqual(seen, [500]);
    assert.deepEqual(log.lines.map(({ message }) => message).sort(), ['request failed', 'request not observed']);
  });
});
