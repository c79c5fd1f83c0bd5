import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import type { RequestLog } from '@verifiedfan/request';
import { createSlackWebhook, SlackError } from '../src/index.ts';
import { createSleepyClock, never, nobody, type Reply, random, reset, startServer, text } from './helpers.ts';

// Not of Slack's own shape, which would be masked anyway: a proxy in front of Slack has secret paths too.
const SECRET_PATH = '/relay/team-one/abcdefghijkl';
const POST = { id: 'verdict-1', channel: 'C1', text: 'Verdicts ready', attachments: [{ title: 'Campaign' }] };

const setUp = (t: TestContext, baseUrl: string, log?: RequestLog) => {
  const clock = createSleepyClock();
  const slack = createSlackWebhook({
    url: `${baseUrl}${SECRET_PATH}`,
    clock,
    random,
    timeoutMs: 60,
    deadlineMs: 5_000,
    log,
  });
  t.after(() => slack.close());
  return { slack, clock };
};

describe('a post by webhook', () => {
  it('sends text and attachments alone and is done with the text ok', async (t) => {
    const server = await startServer(t, text(200, 'ok'));
    const { slack } = setUp(t, server.baseUrl);
    assert.deepEqual(await slack.post(POST), { outcome: 'posted' });
    assert.equal(server.calls[0]?.path, SECRET_PATH);
    const { text: words, attachments } = POST;
    assert.deepEqual(JSON.parse(server.calls[0]?.body ?? ''), { text: words, attachments });
  });

  const refusals = [
    [400, 'invalid_payload', 'message'],
    [403, 'action_prohibited', 'setup'],
    [404, 'no_service', 'setup'],
    [410, 'channel_is_archived', 'setup'],
  ] as const;
  for (const [status, code, kind] of refusals) {
    it(`is refused for good with ${code}`, async (t) => {
      const server = await startServer(t, text(status, code));
      const { slack } = setUp(t, server.baseUrl);
      await assert.rejects(slack.post(POST), { code, kind, retryable: false });
      assert.equal(server.calls.length, 1);
    });
  }

  it('is refused with the status where the body is no code', async (t) => {
    const server = await startServer(t, text(404, '<html>Not Found</html>'));
    const { slack } = setUp(t, server.baseUrl);
    await assert.rejects(slack.post(POST), { code: 'http_404', retryable: false });
  });

  const unknowns: [what: string, code: string, fault: Reply][] = [
    ['a time-out', 'timeout', never],
    ['a reset', 'network', reset],
    ['rollup_error', 'unavailable', text(500, 'rollup_error')],
    ['an HTML 502', 'unavailable', text(502, '<html>')],
    ['an empty answer', 'unreadable_answer', text(200, '')],
  ];
  for (const [what, code, fault] of unknowns) {
    it(`has an unknown outcome after ${what}, is never repeated and cannot be looked up`, async (t) => {
      const server = await startServer(t, fault, text(200, 'ok'));
      const { slack } = setUp(t, server.baseUrl);
      assert.deepEqual(await slack.post(POST), { outcome: 'unknown', code });
      assert.equal(slack.canLookup, false);
      assert.deepEqual(await slack.lookup({ id: POST.id, channel: 'C1', sinceMs: 0 }), { outcome: 'unknown' });
      assert.equal(server.calls.length, 1);
    });
  }

  it('is made again after 429 and while nobody listens', async (t) => {
    const server = await startServer(t, text(429, '', { 'retry-after': '0' }), text(200, 'ok'));
    assert.deepEqual(await setUp(t, server.baseUrl).slack.post(POST), { outcome: 'posted' });
    const { slack, clock } = setUp(t, await nobody());
    await assert.rejects(slack.post(POST), { code: 'connect_failed', retryable: true });
    assert.equal(clock.waits.length, 2);
  });

  it('never shows its address', async (t) => {
    const server = await startServer(t, text(404, 'no_service'));
    const lines: string[] = [];
    const { slack } = setUp(t, server.baseUrl, { debug: (_, fields) => lines.push(inspect(fields)) });
    const error: unknown = await slack.post(POST).catch((caught: unknown) => caught);
    assert.ok(error instanceof SlackError);
    assert.ok(lines.length > 0);
    const shown = inspect(error, { depth: 9, showHidden: true }) + lines.join();
    for (const part of SECRET_PATH.split('/').slice(2)) assert.ok(!shown.includes(part), part);
  });
});
