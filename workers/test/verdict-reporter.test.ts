import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { CHECK, NOTHING_REPORTED, startReporter } from './support/reporter.ts';

describe('verdictReporter', () => {
  it('posts counts that are settled, once, and passes over counts that were posted', async (context) => {
    const { run, setCounts, posts } = await startReporter(context);
    await setCounts(3);
    const first = await run([CHECK]);
    assert.deepEqual(first.counts, { ...NOTHING_REPORTED, input: 1, slack: { success: 1, failed: 0 } });
    assert.deepEqual(first.posted, [{ campaignId: 'tour', counts: { verified: 3, rejected: 0, selected: 0 } }]);
    const second = await run([CHECK]);
    assert.deepEqual(second.counts, { ...NOTHING_REPORTED, input: 1, bypass: { success: 1 } });
    assert.deepEqual(
      (await posts()).map(({ text }) => text),
      ['Verdicts ready: The tour'],
    );
  });

  it('posts again when the counts have changed', async (context) => {
    const { run, setCounts, posts } = await startReporter(context);
    for (const verified of [1, 2, 1]) {
      await setCounts(verified);
      assert.equal((await run([CHECK])).counts.slack.success, 1);
    }
    assert.equal((await posts()).length, 3);
  });

  it('checks each campaign that a load names once a batch', async (context) => {
    const { run } = await startReporter(context);
    const load = { campaigns: ['a', 'b', 'c'] };
    const { counts, posted } = await run([load, load, { campaignId: 'a', attempt: 3 }]);
    assert.equal(counts.input, 3);
    assert.deepEqual(posted.map(({ campaignId }) => campaignId).sort(), ['a', 'b', 'c']);
  });

  it('comes back later, with the next attempt, while loads are under way', async (context) => {
    const { run, setCounts, requeued, posts } = await startReporter(context, { settled: 'busy' });
    await setCounts(1);
    const { counts } = await run([CHECK]);
    assert.deepEqual(counts, { ...NOTHING_REPORTED, input: 1, requeue: { success: 1, failed: 0 } });
    const [message] = await requeued();
    assert.deepEqual(
      { campaignId: message?.campaignId, attempt: message?.attempt },
      { campaignId: 'tour', attempt: 1 },
    );
    assert.deepEqual(await posts(), []);
  });

  it('waits for half a minute without a change where the platform cannot tell', async (context) => {
    const { run, setCounts, requeued, posts, clock } = await startReporter(context, { settled: 'unknown' });
    await setCounts(1);
    await run([CHECK]);
    const [first] = await requeued();
    clock.advance(29_999);
    await setCounts(2);
    await run([first]);
    const second = (await requeued())[1];
    clock.advance(29_999);
    assert.equal((await run([second])).counts.requeue.success, 1);
    const third = (await requeued())[2];
    clock.advance(1);
    assert.equal((await run([third])).counts.slack.success, 1);
    assert.equal((await posts()).length, 1);
  });

  it('gives a campaign up that does not settle within its attempts', async (context) => {
    const { run, requeued, letters } = await startReporter(context, { settled: 'busy' });
    const { counts, batchItemFailures } = await run([{ ...CHECK, attempt: 719 }]);
    assert.deepEqual(counts.requeue, { success: 0, failed: 1 });
    assert.deepEqual(batchItemFailures, []);
    assert.deepEqual(await requeued(), []);
    assert.match((await letters())[0]?.reason ?? '', /did not settle/);
  });

  it('repeats a message that could not be put back', async (context) => {
    const sendMany = async () => {
      throw new PortError({ code: 'throttled', message: 'too fast' });
    };
    const { run } = await startReporter(context, { settled: 'busy', replace: { queue: { sendMany } } });
    const { counts, batchItemFailures } = await run([CHECK]);
    assert.deepEqual(
      { requeue: counts.requeue, failures: batchItemFailures.length },
      { requeue: { success: 0, failed: 1 }, failures: 1 },
    );
  });

  const foreign = [{}, [], 'text', null, { campaigns: 'a' }, { campaignId: 'tour' }, { ...CHECK, attempt: 'x' }]
    .concat([{ ...CHECK, seen: {} }, { campaigns: ['a', 1] }] as never[])
    .map((body) => body as unknown);
  for (const body of foreign) {
    it(`dead-letters ${JSON.stringify(body)}, and works on its neighbours`, async (context) => {
      const { run, setCounts, letters } = await startReporter(context);
      await setCounts(1);
      const { counts, batchItemFailures } = await run([body, CHECK]);
      assert.deepEqual(
        { input: counts.input, posted: counts.slack.success, batchItemFailures },
        { input: 1, posted: 1, batchItemFailures: [] },
      );
      assert.equal((await letters()).length, 1);
    });
  }
});
