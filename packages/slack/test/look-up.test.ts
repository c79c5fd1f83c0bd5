import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createSlackBot, POST_EVENT_TYPE, type SlackBotOptions } from '../src/index.ts';
import { createSleepyClock, json, type Reply, random, reset, START_MS, startServer, text } from './helpers.ts';

const POST = { id: 'verdict:tour-2027:3', channel: 'C1', text: 'Verdicts ready' };

const setUp = (t: TestContext, baseUrl: string, options: Partial<SlackBotOptions> = {}) => {
  const slack = createSlackBot({
    token: 'xoxb-not-a-real-token',
    baseUrl,
    clock: createSleepyClock(),
    random,
    ...options,
  });
  t.after(() => slack.close());
  return { slack };
};

describe('a look-up', () => {
  const query = { id: POST.id, channel: 'C1', sinceMs: START_MS };
  const message = (id: string, ts: string, event_type = POST_EVENT_TYPE) => ({
    ts,
    text: 'x',
    metadata: { event_type, event_payload: { id } },
  });
  const page = (messages: unknown[], next_cursor?: string): Reply =>
    json({
      ok: true,
      messages,
      has_more: next_cursor !== undefined,
      ...(next_cursor && { response_metadata: { next_cursor } }),
    });

  it('finds a post by its metadata on a later page', async (t) => {
    const server = await startServer(
      t,
      page([{ ts: '9.1' }, message('verdict:tour-2027:33', '9.0'), message(POST.id, '8.9', 'other_app')], 'c2'),
      page([message('other', '8.0'), message(POST.id, '7.5')]),
    );
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.lookup(query), { outcome: 'posted', ts: '7.5' });
    const [first, second] = server.calls;
    assert.equal(first?.path, '/conversations.history');
    assert.deepEqual(Object.fromEntries(first?.query ?? []), {
      channel: 'C1',
      oldest: `${START_MS / 1_000 - 60}.000000`,
      inclusive: 'true',
      include_all_metadata: 'true',
      limit: '200',
    });
    assert.equal(second?.query.get('cursor'), 'c2');
    assert.equal(second?.query.get('oldest'), first?.query.get('oldest'));
  });

  it('finds that there is none', async (t) => {
    const server = await startServer(t, page([message('other', '8.0')], 'c2'), page([], ''));
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.lookup(query), { outcome: 'absent' });
    assert.equal(server.calls.length, 2);
  });

  it('does not say absent when it did not see everything', async (t) => {
    let cursor = 0;
    const endless: Reply = (response, call) => {
      cursor += 1;
      page([], `c${cursor}`)(response, call);
    };
    const many = await startServer(t, endless);
    assert.deepEqual(await setUp(t, many.baseUrl, { maxPages: 3 }).slack.lookup(query), { outcome: 'unknown' });
    assert.equal(many.calls.length, 3);
    const repeating = await startServer(t, page([], 'same'));
    assert.deepEqual(await setUp(t, repeating.baseUrl).slack.lookup(query), { outcome: 'unknown' });
    assert.equal(repeating.calls.length, 2);
  });

  it('is repeated after faults, because reading changes nothing', async (t) => {
    const server = await startServer(t, reset, text(500), page([message(POST.id, '7.5')]));
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.lookup(query), { outcome: 'posted', ts: '7.5' });
  });

  it('fails with a typed error when Slack refuses it or stays away', async (t) => {
    const refusing = await startServer(t, json({ ok: false, error: 'missing_scope' }));
    await assert.rejects(setUp(t, refusing.baseUrl).slack.lookup(query), { code: 'missing_scope', retryable: false });
    const down = await startServer(t, text(500, 'busy'));
    await assert.rejects(setUp(t, down.baseUrl).slack.lookup(query), { code: 'unavailable', retryable: true });
    const broken = await startServer(t, text(200, '<html>'));
    await assert.rejects(setUp(t, broken.baseUrl).slack.lookup(query), { code: 'unavailable', retryable: true });
  });

  it('finds what a lost answer left behind', async (t) => {
    const posted: unknown[] = [];
    const lossy: Reply = (response, call) => {
      const { metadata } = JSON.parse(call.body) as { metadata: unknown };
      posted.push({ ts: '1767000000.000200', metadata });
      response.socket?.resetAndDestroy();
    };
    const server = await startServer(t, lossy, (response, call) => page(posted)(response, call));
    const { slack } = setUp(t, server.baseUrl);
    assert.equal((await slack.post(POST)).outcome, 'unknown');
    assert.deepEqual(await slack.lookup(query), { outcome: 'posted', ts: '1767000000.000200' });
  });
});
