import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { CHECK, startReporter } from '../support/reporter.ts';

type Reporter = Awaited<ReturnType<typeof startReporter>>;

const askedFor = async ({ platform }: Reporter): Promise<unknown[]> => {
  const { messages } = await platform.queue('refreshSelectionsQueue').peek({ limit: 100 });
  return messages.map(({ body }) => JSON.parse(body));
};
const TOUR = { campaignId: 'tour' };

describe('verdictReporter and the selections of a campaign', () => {
  it('asks for them when the scores have settled, whether it posts or has posted before', async (context) => {
    const reporter = await startReporter(context);
    await reporter.setCounts(3);
    await reporter.run([CHECK]);
    assert.deepEqual(await askedFor(reporter), [TOUR]);
    assert.equal((await reporter.run([CHECK])).counts.bypass.success, 1);
    assert.deepEqual(await askedFor(reporter), [TOUR, TOUR]);
  });

  it('asks once a campaign and batch', async (context) => {
    const reporter = await startReporter(context);
    await reporter.run([{ campaigns: ['a', 'b'] }, { campaigns: ['b'] }]);
    assert.deepEqual(await askedFor(reporter), [{ campaignId: 'a' }, { campaignId: 'b' }]);
  });

  it('does not ask while scores may still change', async (context) => {
    const reporter = await startReporter(context, { settled: 'busy' });
    await reporter.run([CHECK]);
    assert.deepEqual(await askedFor(reporter), []);
  });

  for (const [how, sendMany] of [
    ['throws', () => Promise.reject(new PortError({ code: 'throttled', message: 'too fast' }))],
    ['refuses', async () => [{ error: new PortError({ code: 'throttled', message: 'too fast' }) }]],
  ] as const) {
    it(`is told again when the queue ${how}, and posts no second time`, async (context) => {
      let isFailing = true;
      const selections = { sendMany: async () => (isFailing ? sendMany() : [{ messageId: '1' }]) };
      const reporter = await startReporter(context, { replace: { selections } });
      await reporter.setCounts(3);
      const first = await reporter.run([CHECK]);
      assert.deepEqual([first.counts.slack.success, first.batchItemFailures.length], [1, 1]);
      isFailing = false;
      const second = await reporter.run([CHECK]);
      assert.deepEqual([second.counts.bypass.success, second.batchItemFailures.length], [1, 0]);
      assert.equal((await reporter.posts()).length, 1);
    });
  }
});
