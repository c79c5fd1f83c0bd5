import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createGenerator } from '@verifiedfan/test-utils';
import type { CampaignView } from '../src/index.ts';
import { aCampaign, allowedOf, CREATOR, create, pointersOf, WORKER } from './fixtures.ts';
import { dataOf, errorOf, startService } from './support.ts';

describe('POST /campaigns', () => {
  it('creates a campaign in DRAFT with its markets in order', async (context) => {
    const service = await startService(context);
    const answer = await service.call('/campaigns', { json: aCampaign({ maxRank: 2 }), claims: CREATOR });
    assert.deepEqual([answer.status, answer.headers.etag], [201, '"1"']);
    const read = await service.call('/campaigns/tour-2027', { claims: WORKER });
    assert.deepEqual([read.headers.etag, read.headers['surrogate-key']], ['"1"', 'campaign/tour-2027']);
    assert.deepEqual(dataOf(read), dataOf(answer));
    assert.partialDeepStrictEqual(dataOf(read), {
      _id: 'tour-2027',
      name: 'Tour',
      status: 'DRAFT',
      date: {},
      domain: {},
      maxRank: 2,
      version: 1,
      createdAt: '2026-01-05T10:00:00.000Z',
    });
    const markets = dataOf<CampaignView>(read).markets;
    assert.deepEqual(
      markets.map(({ eventId, status, version }) => [eventId, status, version]),
      [
        ['e1', 'ACTIVE', 1],
        ['e2', 'ACTIVE', 1],
      ],
    );
    assert.deepEqual(dataOf(await service.call('/campaigns/tour-2027/markets', { claims: WORKER })), markets);
  });

  it('makes an id of 24 hexadecimal digits where none is given', async (context) => {
    const service = await startService(context);
    assert.match((await create(service, { _id: undefined }))._id, /^[0-9a-f]{24}$/);
  });

  it('takes what the generator of test data makes', async (context) => {
    const service = await startService(context);
    const campaign = createGenerator({ seed: 1 }).campaign();
    assert.partialDeepStrictEqual(await create(service, campaign), JSON.parse(JSON.stringify(campaign)));
  });

  it('keeps sites in one spelling', async (context) => {
    const service = await startService(context);
    assert.equal(
      (await create(service, { domain: { site: ' Tour.BÜCHER.example. ' } })).domain.site,
      'tour.xn--bcher-kva.example',
    );
  });

  it('refuses an id and a site that are taken', async (context) => {
    const service = await startService(context);
    await create(service, { domain: { site: 'tour.example.com' } });
    const sameId = await service.call('/campaigns', { json: aCampaign(), claims: CREATOR });
    assert.deepEqual([sameId.status, errorOf(sameId).type], [409, 'ALREADY_EXISTS']);
    const json = aCampaign({ _id: 'other', domain: { site: 'TOUR.example.com.' } });
    const sameSite = await service.call('/campaigns', { json, claims: CREATOR });
    assert.deepEqual([sameSite.status, errorOf(sameSite).type], [409, 'DOMAIN_NAME_CONFLICT']);
    assert.equal((await service.call('/campaigns/other', { claims: WORKER })).status, 404);
    assert.equal(await service.database.collection('markets').count({ campaignId: 'other' }), 0);
  });

  it('lets one of many concurrent creations of a site win', async (context) => {
    const service = await startService(context);
    const bodies = Array.from({ length: 6 }, (_, index) =>
      aCampaign({ _id: `c${index}`, domain: { site: 'one.example.com' } }),
    );
    const answers = await Promise.all(bodies.map((json) => service.call('/campaigns', { json, claims: CREATOR })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
  });

  it('points at what is wrong', async (context) => {
    const service = await startService(context);
    const cases: [Record<string, unknown>, string][] = [
      [{ colour: 1 }, '/colour unknown_field'],
      [{ name: undefined }, '/name invalid_union'],
      [{ name: { en: '' } }, '/name/en too_small'],
      [{ _id: 'a b' }, '/_id invalid_format'],
      [{ _id: 'import' }, '/_id invalid_value'],
      [{ _id: '.' }, '/_id invalid_value'],
      [{ _id: '..' }, '/_id invalid_value'],
      [{ _id: 'refresh' }, '/_id invalid_value'],
      [{ status: 'OPEN' }, '/status read_only'],
      [{ version: 5 }, '/version read_only'],
      [{ date: { opened: '2026-01-01T00:00:00Z' } }, '/date/opened read_only'],
      [{ date: { open: '2026-02-30T00:00:00Z' } }, '/date/open invalid_value'],
      [{ date: { close: '9999-12-31T23:59:59-01:00' } }, '/date/close invalid_value'],
      [{ date: { open: '0000-01-01T00:00:00+23:59' } }, '/date/open invalid_value'],
      [
        { markets: [{ eventId: 'e1', date: { event: '9999-12-31T23:59:59-01:00' } }] },
        '/markets/0/date/event invalid_value',
      ],
      [{ date: { start: '2026-01-01T00:00:00Z' } }, '/date/start unknown_field'],
      [{ timezone: 'Mars/Base' }, '/timezone invalid_value'],
      [{ locales: ['en', 'en'] }, '/locales invalid_value'],
      [{ locales: ['en', 'EN'] }, '/locales invalid_value'],
      [{ name: { 'de-CH': 'Tour', 'DE-ch': 'Tournee' } }, '/name invalid_value'],
      [{ name: { en: '\u200b' } }, '/name/en too_small'],
      [{ domain: { site: 'https://a.example.com' } }, '/domain/site invalid_value'],
      [{ maxRank: -1 }, '/maxRank too_small'],
      [{ markets: [{ eventId: 'e1' }, { eventId: 'e1' }] }, '/markets invalid_value'],
      [{ markets: [{ eventId: 'e1', seats: 5 }] }, '/markets/0/seats unknown_field'],
      [{ markets: [{ eventId: 'e1', _id: 'x' }] }, '/markets/0/_id read_only'],
      [
        { markets: [{ eventId: 'e1', selectionRules: { minScore: 1e-300, capacity: 1 } }] },
        '/markets/0/selectionRules/minScore invalid_value',
      ],
    ];
    for (const [overrides, expected] of cases) {
      const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
      assert.deepEqual([answer.status, pointersOf(answer)], [400, [expected]], expected);
    }
  });

  it('takes the first and the last moment that four digits can say', async (context) => {
    const service = await startService(context);
    const date = { open: '0000-01-01T00:00:00Z', close: '9999-12-31T23:59:59.999Z' };
    assert.deepEqual((await create(service, { date })).date, { ...date, open: '0000-01-01T00:00:00.000Z' });
  });

  it('takes scores as decimals are written', async (context) => {
    const service = await startService(context);
    for (const minScore of [0, 0.07, 0.29, 0.57, 1]) {
      const _id = `c${minScore}`;
      await create(service, { _id, markets: [{ eventId: 'e1', selectionRules: { minScore, capacity: 1 } }] });
    }
  });

  it('says what would be allowed, where that can be said', async (context) => {
    const service = await startService(context);
    const date = { open: '2026-02-01T00:00:00Z', close: '2026-01-01T00:00:00Z' };
    const answer = await service.call('/campaigns', { json: aCampaign({ date }), claims: CREATOR });
    assert.deepEqual(allowedOf(answer), [{ after: '2026-02-01T00:00:00.000Z' }]);
  });

  it('holds the rules of dates', async (context) => {
    const service = await startService(context);
    const [jan, feb, mar] = ['2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z'];
    const cases: [Record<string, unknown>, string][] = [
      [{ date: { open: feb, close: feb } }, '/date/close date_order'],
      [
        { date: { open: feb }, markets: [{ eventId: 'e', date: { open: jan } }] },
        '/markets/0/date/open outside_campaign',
      ],
      [
        { date: { close: feb }, markets: [{ eventId: 'e', date: { close: mar } }] },
        '/markets/0/date/close outside_campaign',
      ],
      [{ markets: [{ eventId: 'e', date: { close: mar, event: feb } }] }, '/markets/0/date/event date_order'],
    ];
    for (const [overrides, expected] of cases) {
      const answer = await service.call('/campaigns', { json: aCampaign(overrides), claims: CREATOR });
      assert.deepEqual(
        [answer.status, errorOf(answer).type, pointersOf(answer)],
        [400, 'INVALID_CAMPAIGN', [expected]],
      );
    }
    const good = {
      date: { open: jan, close: feb },
      markets: [{ eventId: 'e', date: { open: jan, close: feb, event: feb } }],
    };
    assert.equal((await create(service, good)).date.open, '2026-01-01T00:00:00.000Z');
  });
});
