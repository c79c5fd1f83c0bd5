import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request as send } from 'node:http';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { createGate, createProbe } from '@verifiedfan/test-utils';
import { type Route, route } from '../src/index.ts';
import { errorOf, startService } from './support/service.ts';

const slowRoute = () => {
  const [started, gate] = [createProbe<true>(), createGate()];
  const subject: Route = route({
    method: 'GET',
    path: '/slow',
    summary: 'Waits',
    access: 'public',
    responses: { 204: null },
    async handler() {
      started.note(true);
      await gate.wait();
      return { status: 204 };
    },
  });
  return { subject, started, gate };
};

describe('closing a server', () => {
  it('lets a request under way end, takes no new connections and closes idle ones', async (context) => {
    const { subject, started, gate } = slowRoute();
    const { listening, call } = await startService(context, [subject]);
    const agent = new Agent({ keepAlive: true });
    context.after(() => agent.destroy());
    await new Promise((resolve) =>
      send(`${listening.url}/health`, { agent }, (answer) => text(answer).then(resolve)).end(),
    );
    const slow = call('/slow');
    await started.first(1);
    const closed = listening.close();
    await assert.rejects(call('/health'), { code: 'ECONNREFUSED' });
    gate.open();
    const answer = await slow;
    assert.deepEqual([answer.status, answer.headers.connection], [204, 'close']);
    await closed;
  });

  it('tells clients that keep their connections not to', async (context) => {
    const { subject, started, gate } = slowRoute();
    const { listening } = await startService(context, [subject]);
    const agent = new Agent({ keepAlive: true });
    context.after(() => agent.destroy());
    const answer = new Promise<IncomingMessage>((resolve) => send(`${listening.url}/slow`, { agent }, resolve).end());
    await started.first(1);
    const closed = listening.close();
    gate.open();
    assert.equal((await answer).headers.connection, 'close');
    await closed;
  });

  it('cuts what does not end in the time of grace', async (context) => {
    const { subject, started } = slowRoute();
    const { listening, call, clock } = await startService(context, [subject]);
    const slow = call('/slow');
    await started.first(1);
    const closed = listening.close({ graceMs: 1_000 });
    const refused = assert.rejects(slow, { code: 'ECONNRESET' });
    await clock.waitForSleepers();
    await clock.advance(1_000);
    await closed;
    await refused;
  });

  it('can go on answering for a while, not ready, until others have looked elsewhere', async (context) => {
    const { listening, call, clock } = await startService(context, []);
    const closed = listening.close({ drainMs: 3_000 });
    const answer = await call('/ready');
    assert.deepEqual([answer.status, errorOf(answer).details?.[0]?.pointer], [503, '/server']);
    assert.equal(answer.headers.connection, 'close');
    await clock.waitForSleepers();
    await clock.advance(3_000);
    await closed;
    await assert.rejects(call('/health'), { code: 'ECONNREFUSED' });
  });

  it('may be done twice', async (context) => {
    const { listening } = await startService(context, []);
    await Promise.all([listening.close(), listening.close()]);
  });

  it('frees the port, which another server then refuses to share', async (context) => {
    const first = await startService(context, []);
    const { port } = first.listening;
    const { createServiceServer } = await import('../src/index.ts');
    const { createTestLog, verifyToken } = await import('./support/service.ts');
    const { createSeededRandom } = await import('@verifiedfan/test-utils');
    const random = createSeededRandom({ seed: 2 });
    const parts = {
      name: 'x',
      version: '1',
      routes: [],
      verifyToken,
      clock: first.clock,
      random,
      log: createTestLog(),
    };
    await assert.rejects(createServiceServer(parts).listen({ port }), { code: 'EADDRINUSE' });
    await first.listening.close();
    const second = await createServiceServer(parts).listen({ port });
    assert.equal(second.port, port);
    await second.close();
  });
});

describe('/ready', () => {
  it('names what is down', async (context) => {
    let down = false;
    const checks = {
      database: () => {
        if (down) throw new Error('secret connection string');
      },
      cache: () => Promise.resolve(),
    };
    const { call } = await startService(context, [], { checks });
    assert.equal((await call('/ready')).status, 200);
    down = true;
    const answer = await call('/ready');
    assert.equal(answer.status, 503);
    assert.deepEqual(errorOf(answer).details, [{ pointer: '/database', rule: 'ready', message: 'database is down' }]);
    assert.doesNotMatch(answer.text, /secret/);
    assert.equal((await call('/health')).status, 200);
  });

  it('names what hangs', async (context) => {
    const never = createGate();
    context.after(() => never.open());
    const { call, clock } = await startService(context, [], {
      checks: { cache: () => never.wait(), database: () => {} },
    });
    const asked = call('/ready');
    await clock.waitForSleepers();
    await clock.advance(2_000);
    const answer = await asked;
    assert.deepEqual([answer.status, errorOf(answer).details?.map(({ pointer }) => pointer)], [503, ['/cache']]);
  });
});
