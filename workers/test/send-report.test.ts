import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { offerKey } from '../scoring/domain/keys.ts';
import type { Load } from '../scoring/domain/load-manifest.ts';
import { sendReport } from '../scoring/load-scores-to-stream/send-report.ts';
import type { Owner } from './support/owner.ts';
import { openTestPlatform } from './support/platform.ts';

const FILE = 'f0000000000000001';

const setUp = (owner: Owner) => {
  const platform = openTestPlatform(owner);
  const table = platform.table('demandTable');
  const verdictQueue = platform.queue('verdictReporterQueue');
  return {
    table,
    name: async (loadId: string, campaignId: string, offer: { events: string[] } | null = { events: [] }) =>
      table.updateMany([{ put: { ...offerKey(FILE, loadId, campaignId), campaignId, offer } }]),
    async send(uncleared: readonly string[] = []) {
      const earlier = uncleared.map((loadId, at) => ({ load: at + 1, loadId, version: '' }));
      await sendReport({ table, verdictQueue }, {
        file: FILE,
        loadId: 'new',
        load: 7,
        uncleared: earlier,
      } as unknown as Load);
      const { messages } = await verdictQueue.peek({ limit: 10 });
      return messages.map(({ body }) => JSON.parse(body) as { campaigns: string[]; meta: { correlation: string } });
    },
  };
};

describe('the report of a load', () => {
  it('names the campaigns of the load and of the uploads that it replaced, each once', async (context) => {
    const { name, send } = setUp(context);
    for (const [load, campaign] of [
      ['new', 'a'],
      ['new', 'b'],
      ['old', 'b'],
      ['old', 'c'],
      ['other', 'd'],
    ] as const)
      await name(load, campaign);
    const [message, ...more] = await send(['old']);
    assert.deepEqual(message, { campaigns: ['a', 'b', 'c'], meta: { correlation: 'load-7' } });
    assert.deepEqual(more, []);
  });

  it('leaves out campaigns that do not exist, and sends its one message even when none is left', async (context) => {
    const { name, send } = setUp(context);
    await name('new', 'unknown', null);
    assert.deepEqual(
      (await send()).map(({ campaigns }) => campaigns),
      [[]],
    );
  });

  it('takes another message for every thousand campaigns', async (context) => {
    const { table, send } = setUp(context);
    const ids = Array.from({ length: 1_001 }, (_, at) => `c${at}`);
    await table.updateMany(
      ids.map((campaignId) => ({ put: { ...offerKey(FILE, 'new', campaignId), campaignId, offer: { events: [] } } })),
    );
    const messages = await send();
    assert.deepEqual(
      messages.map(({ campaigns }) => campaigns.length),
      [1_000, 1],
    );
    assert.deepEqual(messages.flatMap(({ campaigns }) => campaigns).sort(), ids.sort());
  });
});
