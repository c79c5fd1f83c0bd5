import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createSlackBot, POST_EVENT_TYPE, SLACK_ERRORS, type SlackBotOptions, SlackError } from '../src/index.ts';
import { createSleepyClock, json, never, nobody, type Reply, random, reset, startServer, text } from './helpers.ts';

const TOKEN = 'xoxb-not-a-real-token';
const POST = { id: 'verdict:tour-2027:3', channel: 'C1', text: 'Verdicts ready', attachments: [{ color: 'good' }] };
const OK = json({ ok: true, channel: 'C1', ts: '1767000000.000100', message: {} });

const setUp = (t: TestContext, baseUrl: string, options: Partial<SlackBotOptions> = {}) => {
  const clock = createSleepyClock();
  const slack = createSlackBot({ token: TOKEN, baseUrl, clock, random, ...options });
  t.after(() => slack.close());
  return { slack, clock };
};

describe('a post by a bot', () => {
  it('carries text, attachments and its id as metadata, and gives the time stamp', async (t) => {
    const server = await startServer(t, OK);
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.post(POST), { outcome: 'posted', ts: '1767000000.000100' });
    const [call] = server.calls;
    assert.equal(`${call?.method} ${call?.path}`, 'POST /chat.postMessage');
    assert.equal(call?.headers.authorization, `Bearer ${TOKEN}`);
    assert.equal(call?.headers['content-type'], 'application/json; charset=utf-8');
    assert.deepEqual(JSON.parse(call?.body ?? ''), {
      channel: 'C1',
      text: 'Verdicts ready',
      attachments: [{ color: 'good' }],
      metadata: { event_type: POST_EVENT_TYPE, event_payload: { id: POST.id } },
    });
  });

  const refusals = [
    ['channel_not_found', 'setup', false],
    ['msg_too_long', 'message', false],
    ['service_unavailable', 'transient', true],
    ['brand_new_code', 'setup', false],
  ] as const;
  for (const [code, kind, retryable] of refusals) {
    it(`is refused with ${code} in an answer of 200, and not tried again`, async (t) => {
      const server = await startServer(t, json({ ok: false, error: code }));
      const { slack } = setUp(t, server.baseUrl);
      await assert.rejects(slack.post(POST), { name: 'SlackError', code, kind, retryable });
      assert.equal(server.calls.length, 1);
    });
  }

  const unknowns: Record<string, Reply> = {
    timeout: never,
    network: reset,
    unavailable: text(503, 'busy', { 'retry-after': '1' }),
    internal_error: json({ ok: false, error: 'internal_error' }),
    fatal_error: json({ ok: false, error: 'fatal_error' }),
    unreadable_answer: text(200, '<html>proxy</html>'),
  };
  for (const [code, fault] of Object.entries(unknowns)) {
    it(`has an unknown outcome after ${code} and is never repeated`, async (t) => {
      const server = await startServer(t, fault, OK);
      const { slack } = setUp(t, server.baseUrl, { timeoutMs: 60 });
      assert.deepEqual(await slack.post(POST), { outcome: 'unknown', code });
      assert.equal(server.calls.length, 1);
    });
  }

  it('has an unknown outcome when the answer breaks off in the middle', async (t) => {
    const server = await startServer(t, text(200, '{"ok":true,"ts":"17670', { 'content-type': 'application/json' }));
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.post(POST), { outcome: 'unknown', code: 'unreadable_answer' });
  });

  it('waits as long as a 429 says and is made again, because a 429 did nothing', async (t) => {
    const server = await startServer(t, text(429, '{"ok":false}', { 'retry-after': '3' }), OK);
    const { slack, clock } = setUp(t, server.baseUrl);
    assert.equal((await slack.post(POST)).outcome, 'posted');
    assert.deepEqual(clock.waits, [3_000]);
  });

  it('fails at once when the 429 asks for more time than there is', async (t) => {
    const server = await startServer(t, text(429, '', { 'retry-after': '60' }));
    const { slack, clock } = setUp(t, server.baseUrl);
    await assert.rejects(slack.post(POST), { code: 'ratelimited', retryable: true, retryAfterMs: 60_000 });
    assert.deepEqual(clock.waits, []);
  });

  it('stays unknown when a 429 came first and the next call was lost', async (t) => {
    const server = await startServer(t, text(429), reset, OK);
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.post(POST), { outcome: 'unknown', code: 'network' });
    assert.equal(server.calls.length, 2);
  });

  it('is tried again while nobody listens, and then fails knowing that nothing was posted', async (t) => {
    const { slack, clock } = setUp(t, await nobody());
    await assert.rejects(slack.post(POST), { code: 'connect_failed', retryable: true });
    assert.equal(clock.waits.length, 2);
  });

  it('is not sent without an id, a channel or a text', async (t) => {
    const server = await startServer(t, OK);
    const { slack } = setUp(t, server.baseUrl);
    for (const wrong of [{ id: '' }, { id: 'a b' }, { channel: '' }, { text: '' }]) {
      await assert.rejects(slack.post({ ...POST, ...wrong }), { code: 'invalid_post', kind: 'message' });
    }
    assert.equal(server.calls.length, 0);
  });

  it('never shows the token', async (t) => {
    const server = await startServer(t, text(403, `{"ok":false,"error":"invalid_auth","sent":"${TOKEN}"}`));
    const lines: string[] = [];
    const { slack } = setUp(t, server.baseUrl, { log: { debug: (_, fields) => lines.push(inspect(fields)) } });
    const error: unknown = await slack.post(POST).catch((caught: unknown) => caught);
    assert.ok(error instanceof SlackError);
    assert.equal(error.code, 'invalid_auth');
    assert.ok(lines.length > 0);
    assert.ok(!(inspect(error, { depth: 9, showHidden: true }) + lines.join()).includes(TOKEN));
  });
});

describe('the error table', () => {
  it('gives every code a kind, and only transient ones are retryable', () => {
    for (const [code, kind] of Object.entries(SLACK_ERRORS)) {
      assert.equal(new SlackError(code).retryable, kind === 'transient', code);
    }
    assert.equal(new SlackError('constructor').kind, 'setup');
  });
});
