import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Agent, type Dispatcher } from 'undici';
import { json, never, reply, START_MS, setUp, startUpstream } from './helpers.ts';

describe('stopping', () => {
  it('cuts the attempt that runs into the deadline', async (t) => {
    const upstream = await startUpstream(t, never);
    const { request } = setUp(t, upstream.baseUrl, { timeoutMs: 5_000, deadlineMs: 60 });
    await assert.rejects(request({}), { code: 'deadline_exceeded', attempts: 1, retryable: true });
  });

  it('sends nothing any more when the connection is there too late', async (t) => {
    const upstream = await startUpstream(t, json(1));
    const agent = new Agent();
    t.after(() => agent.close());
    const { promise: ended, resolve } = Promise.withResolvers<string>();
    // Hands the call over only after its time-out, as a host does that is slow to accept.
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      const onResponseEnd = () => resolve('answered');
      const onResponseError = () => resolve('stopped');
      setTimeout(() => agent.dispatch(options, { ...handler, onResponseEnd, onResponseError }), 60);
      return true;
    };
    const late = Object.assign(new Agent(), { dispatch });
    t.after(() => late.close());
    const { request } = setUp(t, upstream.baseUrl, { dispatcher: late, timeoutMs: 20, attempts: 1 });
    const failing = request({ method: 'POST', json: {} });
    await assert.rejects(failing, { code: 'timeout', outcomeUnknown: false, retryable: true });
    assert.equal(await ended, 'stopped');
    assert.equal(upstream.seen.length, 0);
  });

  it('ends an attempt, a wait and a call not yet begun when the signal aborts', async (t) => {
    const upstream = await startUpstream(t, (_, incoming) => incoming.emit('arrived'), reply(500));
    const controller = new AbortController();
    const { request } = setUp(t, upstream.baseUrl);
    const waiting = request({ signal: controller.signal });
    while (upstream.seen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    controller.abort();
    await assert.rejects(waiting, { code: 'aborted', attempts: 1 });
    await assert.rejects(request({ signal: controller.signal }), { code: 'aborted' });

    const later = new AbortController();
    const clock = { now: () => START_MS, sleep: async () => later.abort() };
    const sleeping = setUp(t, upstream.baseUrl, { clock });
    await assert.rejects(sleeping.request({ signal: later.signal }), { code: 'aborted', attempts: 1 });
    assert.equal(upstream.seen.length, 2);
  });
});
