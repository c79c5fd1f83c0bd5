import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Load } from '../scoring/domain/load-manifest.ts';
import { createOffers, createStoredOffers, offersUnchanged, storedOffers } from '../scoring/domain/offers.ts';
import type { Offer } from '../scoring/domain/rank.ts';
import { openTestPlatform } from './support/platform.ts';

const LOAD = { file: 'f1', loadId: 'l1' } as Load;

const setUp = (context: TestContext, campaigns: Record<string, Offer>) => {
  const table = openTestPlatform(context).table('demandTable');
  const asked: string[] = [];
  const fetchOffer = async (campaignId: string): Promise<Offer | undefined> => {
    asked.push(campaignId);
    return campaigns[campaignId];
  };
  return { table, asked, fetchOffer, offers: createOffers({ table, load: LOAD, fetchOffer }) };
};

describe('the offers of a load', () => {
  it('are asked for once a campaign, however often it is named', async (context) => {
    const { offers, asked } = setUp(context, { tour: { events: ['e1'], maxRank: 2 } });
    await offers.prepare(['tour', 'tour', 'none']);
    await offers.prepare(['none', 'tour']);
    assert.deepEqual(asked.sort(), ['none', 'tour']);
    assert.deepEqual(offers.get('tour'), { events: new Set(['e1']), maxRank: 2 });
    assert.equal(offers.get('none'), undefined);
  });

  it('stay what they were at first, for whoever goes on with the load, whatever is edited meanwhile', async (context) => {
    const { table, offers } = setUp(context, { tour: { events: ['e1'] } });
    await offers.prepare(['tour', 'none']);
    const edited = async (): Promise<Offer> => ({ events: ['e2'] });
    const resumed = createOffers({ table, load: LOAD, fetchOffer: edited });
    await resumed.prepare(['tour', 'none']);
    assert.deepEqual([resumed.get('tour')?.events, resumed.get('none')], [new Set(['e1']), undefined]);
  });

  it('keep known campaigns among crowds of unknown ones', async (context) => {
    const { offers } = setUp(context, { tour: { events: ['e1'] } });
    await offers.prepare(['tour']);
    for (let batch = 0; batch < 13; batch += 1) {
      await offers.prepare(['tour', ...Array.from({ length: 1_000 }, (_, at) => `none-${batch}-${at}`)]);
      assert.ok(offers.get('tour') !== undefined, `batch ${batch}`);
    }
  });

  it('are stored for a thousand unknown campaigns and no more, so that a file of garbage fills no table', async (context) => {
    const { table, offers } = setUp(context, {});
    await offers.prepare(Array.from({ length: 1_500 }, (_, at) => `none-${at}`));
    let stored = 0;
    for await (const { offer } of storedOffers(table, LOAD)) stored += offer === undefined ? 1 : 0;
    assert.equal(stored, 1_000);
  });

  it('can be read back without asking anybody', async (context) => {
    const { table, offers } = setUp(context, { tour: { events: ['e1'] } });
    await offers.prepare(['tour', 'none']);
    const stored = createStoredOffers({ table, load: LOAD });
    await stored.prepare(['tour', 'none', 'other']);
    assert.deepEqual(
      ['tour', 'none', 'other'].map((id) => stored.get(id)?.events.size),
      [1, undefined, undefined],
    );
  });

  const edits: Readonly<Record<string, readonly [Offer | undefined, boolean]>> = {
    'the same again': [{ events: ['e1', 'e2'], maxRank: 1 }, true],
    'another event': [{ events: ['e1'], maxRank: 1 }, false],
    'another largest rank': [{ events: ['e1', 'e2'], maxRank: 2 }, false],
    'no largest rank': [{ events: ['e1', 'e2'] }, false],
    'no campaign any more': [undefined, false],
  };
  for (const [what, [now, unchanged]] of Object.entries(edits)) {
    it(`are ${unchanged ? 'unchanged' : 'changed'} by ${what}`, async (context) => {
      const { table, offers } = setUp(context, { tour: { events: ['e1', 'e2'], maxRank: 1 } });
      await offers.prepare(['tour']);
      assert.equal(await offersUnchanged(table, LOAD, async () => now), unchanged);
    });
  }
});
