import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SANDBOX_SLACK } from '@verifiedfan/sandbox';
import { createSlackWebhook } from '@verifiedfan/slack';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { CHECK, startReporter } from './support/reporter.ts';

const LEASE_MS = 60_000;
const route = 'chat.postMessage';
const COUNTS = { verified: 1, rejected: 0, selected: 0 };

describe('a Slack post of verdictReporter', () => {
  it('is repeated after 429, which says that nothing was posted', async (context) => {
    const { run, setCounts, posts, slack } = await startReporter(context);
    await setCounts(1);
    slack.addFault({
      route,
      status: 429,
      headers: { 'retry-after': '1' },
      body: '{"ok":false,"error":"ratelimited"}',
      times: 1,
    });
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is dead-lettered when Slack refuses it for good, and the next one need not wait for a lease', async (context) => {
    const { run, setCounts, posts, slack, letters } = await startReporter(context);
    await setCounts(1);
    slack.addFault({
      route,
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: '{"ok":false,"error":"channel_not_found"}',
      times: 1,
    });
    const { counts, batchItemFailures } = await run([CHECK]);
    assert.deepEqual(
      { slack: counts.slack, batchItemFailures },
      { slack: { success: 0, failed: 1 }, batchItemFailures: [] },
    );
    assert.equal((await letters()).length, 1);
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is looked up when its answer was lost, and not repeated', async (context) => {
    const { run, setCounts, posts, slack } = await startReporter(context);
    await setCounts(1);
    slack.addFault({ route, reset: true, afterEffect: true, times: 1 });
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await run([CHECK])).counts.bypass.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is repeated when it never arrived, but only when it cannot turn up late any more', async (context) => {
    const { run, setCounts, posts, slack, clock } = await startReporter(context);
    await setCounts(1);
    slack.addFault({ route, reset: true, times: 1 });
    assert.equal((await run([CHECK])).counts.requeue.success, 1);
    assert.equal((await run([CHECK])).counts.requeue.success, 1);
    assert.deepEqual(await posts(), []);
    clock.advance(LEASE_MS);
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is not repeated before its lease ends when the look-up failed as well', async (context) => {
    const { run, setCounts, posts, slack, clock } = await startReporter(context);
    await setCounts(1);
    slack.addFault({ route, reset: true, afterEffect: true, times: 1 });
    slack.addFault({ route: 'conversations.history', status: 503, times: 3 });
    const { counts, batchItemFailures } = await run([CHECK]);
    assert.deepEqual({ failed: counts.slack.failed, retried: batchItemFailures.length }, { failed: 1, retried: 1 });
    assert.equal((await run([CHECK])).counts.requeue.success, 1);
    clock.advance(LEASE_MS);
    assert.equal((await run([CHECK])).counts.bypass.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is made by the next reporter when one died between claim and post', async (context) => {
    const { run, setCounts, posts, claims, clock } = await startReporter(context);
    await setCounts(1);
    await claims.claim('tour', COUNTS);
    assert.equal((await run([CHECK])).counts.requeue.success, 1);
    clock.advance(LEASE_MS);
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is found by the next reporter when one died between post and store', async (context) => {
    const { run, setCounts, posts, claims, bot, clock } = await startReporter(context);
    await setCounts(1);
    const claimed = await claims.claim('tour', COUNTS);
    assert.ok(claimed.outcome === 'claimed');
    await bot.post({ id: claimed.claim.postId, channel: SANDBOX_SLACK.channel, text: 'Verdicts ready' });
    clock.advance(LEASE_MS);
    assert.equal((await run([CHECK])).counts.bypass.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('goes out once when two reporters check at once', async (context) => {
    const { run, setCounts, posts } = await startReporter(context);
    await setCounts(1);
    const answers = await Promise.all([run([CHECK]), run([CHECK]), run([CHECK])]);
    const sum = (pick: (counts: (typeof answers)[number]['counts']) => number): number =>
      answers.reduce((total, { counts }) => total + pick(counts), 0);
    assert.equal(
      sum(({ slack }) => slack.success),
      1,
    );
    assert.equal(
      sum(({ bypass, requeue }) => bypass.success + requeue.success),
      2,
    );
    assert.equal((await posts()).length, 1);
  });

  it('waits for the name of its campaign, and leaves no claim behind', async (context) => {
    let isDown = true;
    const nameOf = async (): Promise<string> => {
      if (isDown) throw Object.assign(new Error('campaign-service is down'), { retryable: true });
      return 'The tour';
    };
    const { run, setCounts, posts } = await startReporter(context, { replace: { nameOf } });
    await setCounts(1);
    const { counts, batchItemFailures } = await run([CHECK]);
    assert.deepEqual({ failed: counts.slack.failed, retried: batchItemFailures.length }, { failed: 1, retried: 1 });
    isDown = false;
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('is never repeated through a webhook when its outcome is unknown, until the counts change', async (context) => {
    const first = await startReporter(context);
    const url = first.baseUrl.replace('/api', SANDBOX_SLACK.webhookPath);
    const webhook = createSlackWebhook({ url, clock: first.clock, random: createSeededRandom({ seed: 'webhook' }) });
    context.after(() => webhook.close());
    const { run, setCounts, letters } = await startReporter(context, { replace: { slack: webhook } });
    await setCounts(1);
    first.slack.addFault({ route: 'webhook', reset: true, times: 1 });
    const { counts, batchItemFailures } = await run([CHECK]);
    assert.deepEqual({ failed: counts.slack.failed, batchItemFailures }, { failed: 1, batchItemFailures: [] });
    assert.match((await letters())[0]?.reason ?? '', /unknown/);
    assert.equal((await run([CHECK])).counts.bypass.success, 1);
    await setCounts(2);
    assert.equal((await run([CHECK])).counts.slack.success, 1);
    assert.equal((await first.posts()).length, 1);
  });
});
