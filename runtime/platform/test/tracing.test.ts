import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, it } from 'node:test';
import { openTracing } from '@verifiedfan/platform';
import { failOnLeaks } from '@verifiedfan/test-utils';

/** A port where nobody listens: it was free a moment ago, and is nobody's now. */
const unusedPort = (): Promise<number> =>
  new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

describe('openTracing', () => {
  it('is nothing without a collector', async () => {
    for (const collectorHost of [undefined, ''])
      assert.equal(await openTracing({ collectorHost, collectorPort: 4318 }, 'test'), undefined);
  });

  it('sends spans to the collector that is configured', async () => {
    const bodies: Buffer[] = [];
    const server = createServer((request, response) => {
      request.on('data', (bytes: Buffer) => bodies.push(bytes)).on('end', () => response.end('{}'));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
    const address = server.address();
    const collectorPort = typeof address === 'object' && address !== null ? address.port : 0;
    const tracing = await openTracing({ collectorHost: '127.0.0.1', collectorPort }, 'test-service');
    assert.ok(tracing?.enabled);
    await tracing.span({ name: 'a piece of work' }, async () => {});
    await tracing.shutdown({ timeoutMs: 5_000 });
    assert.match(Buffer.concat(bodies).toString('latin1'), /test-service[\s\S]*a piece of work/);
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  it('lets work go on where the collector cannot be reached, and ends in the time that it is given', async (test) => {
    failOnLeaks(test);
    const tracing = await openTracing({ collectorHost: '127.0.0.1', collectorPort: await unusedPort() }, 'test');
    for (let count = 0; count < 100; count += 1)
      assert.equal(await tracing?.span({ name: 'a piece of work' }, async () => count), count);
    await tracing?.shutdown({ timeoutMs: 1_000 });
  });
});
