import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CampaignView } from '../src/index.ts';
import { create, patch, type Service, WORKER } from './fixtures.ts';
import { type Claims, dataOf, startService } from './support.ts';

const NAME = { en: 'Tour', de: 'Tournee', 'de-CH': 'Turnee', 'zh-Hant': '巡演' };
const READER: Claims = { sub: 'x', campaigns: { 'tour-2027': { actions: ['read'] } } };
const UPDATER: Claims = { sub: 'x', campaigns: { 'tour-2027': { actions: ['update'] } } };

const read = async (service: Service, query: string, claims: Claims = WORKER): Promise<CampaignView> => {
  const answer = await service.call(`/campaigns/tour-2027${query}`, { claims });
  assert.equal(answer.status, 200, answer.text);
  return dataOf(answer);
};

describe('localised fields', () => {
  it('fall back from region to language, to the first language of the campaign, to any', async (context) => {
    const service = await startService(context);
    await create(service, { name: NAME, locales: ['de', 'en'] });
    const cases = {
      'de-CH': 'Turnee',
      'DE-ch': 'Turnee',
      'de-AT': 'Tournee',
      'zh-Hant-TW': '巡演',
      en: 'Tour',
      fr: 'Tournee',
      'zh-Hans': 'Tournee',
    };
    for (const [locale, name] of Object.entries(cases)) {
      assert.equal((await read(service, `?locale=${locale}`)).name, name, locale);
    }
    assert.equal((await read(service, '')).name, 'Tournee');
    await patch(service, { locales: ['it'] });
    assert.equal((await read(service, '?locale=fr')).name, 'Tour');
    await patch(service, { locales: null, name: 'One for all' });
    assert.equal((await read(service, '?locale=fr')).name, 'One for all');
  });

  it('are shown in one language everywhere: description, markets, lists', async (context) => {
    const service = await startService(context);
    const markets = [
      { eventId: 'e1', name: { en: 'Berlin', de: 'Berlin an der Spree' } },
      { eventId: 'e2', name: 'Bern' },
    ];
    await create(service, { name: NAME, description: { en: 'All', de: 'Alles' }, markets });
    const campaign = await read(service, '?locale=de');
    assert.deepEqual([campaign.name, campaign.description], ['Tournee', 'Alles']);
    assert.deepEqual(
      campaign.markets.map(({ name }) => name),
      ['Berlin an der Spree', 'Bern'],
    );
    const [listed] = dataOf<CampaignView[]>(await service.call('/campaigns?locale=de', { claims: WORKER }));
    assert.deepEqual(listed, campaign);
    const own = await service.call('/campaigns/tour-2027/markets?locale=de', { claims: WORKER });
    assert.deepEqual(dataOf(own), campaign.markets);
  });

  it('do not depend on accept-language', async (context) => {
    const service = await startService(context);
    await create(service, { name: NAME });
    const answer = await service.call('/campaigns/tour-2027', { claims: WORKER, headers: { 'accept-language': 'de' } });
    assert.equal(dataOf<CampaignView>(answer).name, 'Tour');
  });

  it('are shown in all languages to those who may update, in lists too', async (context) => {
    const service = await startService(context);
    await create(service, { name: NAME });
    const status = async (claims: Claims) =>
      (await service.call('/campaigns/tour-2027?showAllLocales=true', { claims })).status;
    assert.deepEqual([await status(WORKER), await status(READER), await status(UPDATER)], [403, 403, 200]);
    const both: Claims = { sub: 'x', campaigns: { 'tour-2027': { actions: ['read', 'update'] } } };
    assert.deepEqual((await read(service, '?showAllLocales=true', both)).name, NAME);
    assert.equal((await read(service, '?showAllLocales=false', both)).name, 'Tour');
    const list = async (claims: Claims) =>
      dataOf<CampaignView[]>(await service.call('/campaigns?showAllLocales=true', { claims })).map(({ name }) => name);
    assert.deepEqual([await list(both), await list(READER)], [[NAME], []]);
  });

  it('keep their other languages when what was read in one is sent back', async (context) => {
    const service = await startService(context);
    await create(service, {
      name: NAME,
      markets: [{ eventId: 'e1', name: { en: 'Berlin', de: 'Berlin an der Spree' } }],
    });
    const shown = await read(service, '?locale=de');
    const answer = dataOf<CampaignView>(await patch(service, { ...shown, maxRank: 3 }));
    assert.deepEqual([answer.name, answer.maxRank], [NAME, 3]);
    assert.deepEqual(answer.markets[0]?.name, { en: 'Berlin', de: 'Berlin an der Spree' });
    assert.equal(answer.markets[0]?.version, 1);
    assert.equal(dataOf<CampaignView>(await patch(service, { name: 'Another' })).name, 'Another');
  });

  it('merge by language', async (context) => {
    const service = await startService(context);
    await create(service, { name: NAME });
    const answer = dataOf<CampaignView>(await patch(service, { name: { de: null, fr: 'Tournée' } }));
    assert.deepEqual(answer.name, { en: 'Tour', 'de-CH': 'Turnee', 'zh-Hant': '巡演', fr: 'Tournée' });
  });
});
