import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  createGate,
  createManualClock,
  createProbe,
  createSeededRandom,
  nextTurn,
  request,
  temporaryDirectory,
} from '@verifiedfan/test-utils';
import { createFileStore, createSandbox, SANDBOX_SLACK, slackStandIn } from '../src/index.ts';
import { slackCalls, startSandbox } from './set-up.ts';

const CHANNEL = SANDBOX_SLACK.channel;
const claim = { event_type: 'verdict', event_payload: { claim: 'claim-1' } };

describe('chat.postMessage of the Slack stand-in', () => {
  it('posts a message and shows it as Slack does', async (test) => {
    const { slack, sandbox } = await startSandbox(test);
    const answer = await slack.post({ text: 'Verdicts ready', metadata: claim });
    const message = {
      type: 'message',
      subtype: 'bot_message',
      bot_id: 'B0SANDBOX',
      text: 'Verdicts ready',
      ts: '1767607200.000000',
      metadata: claim,
    };
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json(), { ok: true, channel: CHANNEL, ts: message.ts, message });
    const [stored] = await sandbox.standIn('slack').received();
    const { text, ts, metadata } = message;
    assert.deepEqual(stored?.entry, { channel: CHANNEL, ts, via: 'chat.postMessage', text, metadata });
  });

  it('reports what is wrong with HTTP 200 and Slack’s own code', async (test) => {
    const channels = { C1: 'open', C2: 'archived', C3: 'not_in_channel' } as const;
    const { url } = await startSandbox(test, { standIns: [slackStandIn({ channels, rateLimit: false })] });
    const call = async (body: unknown, headers: Record<string, string> = {}) => {
      const authorization = `Bearer ${SANDBOX_SLACK.token}`;
      const content = typeof body === 'string' ? { body } : { json: body };
      const all = { authorization, 'content-type': 'application/json; charset=utf-8', ...headers };
      const answer = await request({ url: `${url}/slack/api/chat.postMessage`, ...content, headers: all });
      assert.equal(answer.status, 200);
      return (answer.json() as { error?: string }).error;
    };
    const text = 'x';
    const list = (length: number) => Array.from({ length }, () => ({}));
    assert.equal(await call({ channel: 'C1', text }, { authorization: '' }), 'not_authed');
    assert.equal(await call({ channel: 'C1', text }, { authorization: 'Bearer xoxb-other' }), 'invalid_auth');
    assert.equal(await call('{"channel":', {}), 'invalid_json');
    assert.equal(await call('[]', {}), 'json_not_object');
    assert.equal(await call('x', { 'content-type': 'text/plain' }), 'invalid_post_type');
    assert.equal(await call({ text }), 'channel_not_found');
    assert.equal(await call({ channel: 'constructor', text }), 'channel_not_found');
    assert.equal(await call({ channel: 'C2', text }), 'is_archived');
    assert.equal(await call({ channel: 'C3', text }), 'not_in_channel');
    assert.equal(await call({ channel: 'C1' }), 'no_text');
    assert.equal(await call({ channel: 'C1', text: 'x'.repeat(40_001) }), 'msg_too_long');
    assert.equal(await call({ channel: 'C1', attachments: list(101) }), 'too_many_attachments');
    assert.equal(await call({ channel: 'C1', blocks: list(51) }), 'invalid_blocks');
    assert.equal(await call({ channel: 'C1', blocks: 'no list' }), 'invalid_blocks_format');
    assert.equal(await call({ channel: 'C1', text, metadata: { event_type: 'x' } }), 'invalid_metadata_format');
    assert.equal(await call({ channel: 'C1', attachments: list(1) }), undefined);
  });

  it('takes a form too, and warns when JSON comes without a charset', async (test) => {
    const { url } = await startSandbox(test);
    const authorization = `Bearer ${SANDBOX_SLACK.token}`;
    const form = new URLSearchParams({ channel: CHANNEL, text: 'hi', metadata: JSON.stringify(claim) });
    const address = `${url}/slack/api/chat.postMessage`;
    const typed = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const answer = await request({ url: address, body: form.toString(), headers: typed });
    assert.deepEqual((answer.json() as { message: { metadata: object } }).message.metadata, claim);
    const warned = await request({ url: address, json: { channel: CHANNEL, text: 'hi' }, headers: { authorization } });
    assert.equal((warned.json() as { warning: string }).warning, 'missing_charset');
  });

  it('throttles each channel after a burst, and says how long to wait', async (test) => {
    const channels = { C1: 'open', C2: 'open' } as const;
    const standIns = [slackStandIn({ channels, rateLimit: { perSecond: 1, burst: 2 } })];
    const { clock, slack } = await startSandbox(test, { standIns });
    const statuses = async (channel: string, count: number) => {
      const answers = [];
      for (let n = 0; n < count; n += 1) answers.push(await slack.post({ channel, text: `${n}` }));
      return answers.map(({ status }) => status);
    };
    assert.deepEqual(await statuses('C1', 3), [200, 200, 429]);
    assert.deepEqual(await statuses('C2', 1), [200]);
    const refused = await slack.post({ channel: 'C1', text: 'again' });
    assert.equal(refused.headers['retry-after'], '1');
    assert.deepEqual(refused.json(), { ok: false, error: 'ratelimited' });
    await clock.advance(1000);
    assert.deepEqual(await statuses('C1', 2), [200, 429]);
  });

  it('stores a post before it answers', async (test) => {
    const gate = createGate();
    const stored = createProbe<unknown>();
    const append = async (_: string, entry: unknown) => {
      stored.note(entry);
      await gate.wait();
    };
    const { slack } = await startSandbox(test, { store: { append, list: async () => [], clear: async () => {} } });
    let answered = false;
    const waiting = slack.post({ text: 'x' }).then(() => {
      answered = true;
    });
    await stored.first(1);
    for (let turn = 0; turn < 20; turn += 1) await nextTurn();
    assert.equal(answered, false);
    gate.open();
    await waiting;
  });

  it('can be told not to throttle', async (test) => {
    const { slack } = await startSandbox(test, { standIns: [slackStandIn({ rateLimit: false })] });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => slack.post({ text: `${n}` })));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.equal(new Set(answers.map((answer) => (answer.json() as { ts: string }).ts)).size, 20);
  });
});

describe('conversations.history of the Slack stand-in', () => {
  it('finds a post whose answer was lost, by its metadata', async (test) => {
    const { slack, sandbox } = await startSandbox(test);
    sandbox.standIn('slack').addFault({ route: 'chat.postMessage', reset: true, afterEffect: true });
    await assert.rejects(slack.post({ text: 'lost', metadata: claim }), { code: 'ECONNRESET' });
    const { messages } = await slack.history({ include_all_metadata: 'true' });
    assert.deepEqual(
      messages.map(({ metadata }) => metadata),
      [claim],
    );
  });

  it('shows metadata only to those who ask for it', async (test) => {
    const { slack } = await startSandbox(test);
    await slack.post({ text: 'x', metadata: claim });
    assert.equal('metadata' in ((await slack.history()).messages[0] ?? {}), false);
  });

  it('lists newest first, in pages, between two times', async (test) => {
    const { clock, slack } = await startSandbox(test, { standIns: [slackStandIn({ rateLimit: false })] });
    for (const text of ['a', 'b', 'c', 'd']) {
      await slack.post({ text });
      await clock.advance(1000);
    }
    const first = await slack.history({ limit: '3' });
    assert.deepEqual(
      first.messages.map(({ text }) => text),
      ['d', 'c', 'b'],
    );
    assert.ok(first.has_more);
    const second = await slack.history({ limit: '3', cursor: first.response_metadata.next_cursor });
    assert.deepEqual([second.messages.map(({ text }) => text), second.has_more], [['a'], false]);
    const [, c, b] = first.messages;
    const range = { oldest: b?.ts ?? '', latest: c?.ts ?? '' };
    assert.deepEqual((await slack.history(range)).messages, []);
    const inclusive = await slack.history({ ...range, inclusive: 'true' });
    assert.deepEqual(
      inclusive.messages.map(({ text }) => text),
      ['c', 'b'],
    );
  });

  it('refuses what Slack refuses', async (test) => {
    const { slack, url } = await startSandbox(test);
    const errors = [
      (await slack.history({ channel: 'C9' })).error,
      (await slack.history({ limit: '1000' })).error,
      (await slack.history({ oldest: 'x' })).error,
      (await slack.history({ cursor: 'x' })).error,
    ];
    assert.deepEqual(errors, ['channel_not_found', 'invalid_limit', 'invalid_ts_oldest', 'invalid_cursor']);
    // A method that reads takes no JSON, so the channel is missing.
    const headers = { authorization: `Bearer ${SANDBOX_SLACK.token}` };
    const json = { channel: CHANNEL };
    const answer = await request({ url: `${url}/slack/api/conversations.history`, json, headers });
    assert.equal((answer.json() as { error: string }).error, 'invalid_arguments');
    assert.equal(
      (await request({ url: `${url}/slack/api/conversations.history` })).text,
      '{"ok":false,"error":"not_authed"}',
    );
  });

  it('has the posts of before a restart, and names none twice', async (test) => {
    const store = createFileStore({ directory: temporaryDirectory(test).path });
    const before = createSandbox({ clock: createManualClock(), random: createSeededRandom({ seed: 1 }), store });
    await slackCalls(await before.listen()).post({ text: 'before' });
    await before.close();
    const again = await startSandbox(test, { store });
    await again.slack.post({ text: 'after' });
    const { messages } = await again.slack.history();
    assert.deepEqual(
      messages.map(({ text, ts }) => [text, ts]),
      [
        ['after', '1767607200.000001'],
        ['before', '1767607200.000000'],
      ],
    );
  });
});

describe('the webhook of the Slack stand-in', () => {
  it('posts into its channel and answers with the text ok', async (test) => {
    const { post, slack } = await startSandbox(test);
    const answer = await post(`/slack${SANDBOX_SLACK.webhookPath}`, { text: 'from a webhook', metadata: claim });
    assert.deepEqual([answer.status, answer.text], [200, 'ok']);
    const { messages } = await slack.history({ include_all_metadata: 'true' });
    assert.deepEqual(
      messages.map(({ text, metadata }) => [text, metadata]),
      [['from a webhook', undefined]],
    );
  });

  it('answers with status and text like Slack when something is wrong', async (test) => {
    const webhooks = { '/services/T/B/good': 'C1', '/services/T/B/old': 'C2' };
    const channels = { C1: 'open', C2: 'archived' } as const;
    const standIns = [slackStandIn({ webhooks, channels, rateLimit: { perSecond: 1, burst: 1 } })];
    const { url } = await startSandbox(test, { standIns });
    const call = async (path: string, body: string, headers: Record<string, string> = {}) => {
      const answer = await request({ url: `${url}/slack/services/T/B/${path}`, body, headers });
      return [answer.status, answer.text];
    };
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    assert.deepEqual(await call('unknown', '{"text":"x"}'), [404, 'no_service']);
    assert.deepEqual(await call('old', '{"text":"x"}'), [410, 'channel_is_archived']);
    assert.deepEqual(await call('good', 'text'), [400, 'invalid_payload']);
    assert.deepEqual(await call('good', '{}'), [400, 'no_text']);
    assert.deepEqual(await call('good', 'payload=%7B%22text%22%3A%22x%22%7D', form), [200, 'ok']);
    assert.deepEqual(await call('good', '{"text":"x"}'), [429, 'rate_limited']);
  });
});
