import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { normaliseSite } from '../src/campaigns/fields.ts';
import type { CampaignView } from '../src/index.ts';
import { aCampaign, allowedOf, CREATOR, pointersOf } from './fixtures.ts';
import { startWithDestinations } from './life-cycle/support.ts';
import { dataOf, errorOf, openDatabase } from './support.ts';

const PAST = { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' };
const SITE = 'tour.example.com';

/** The store as two services see it that both have looked before either writes: nobody writes until so many want to. */
const meeting = (real: Database, participants: number): Database => {
  const all = Promise.withResolvers<void>();
  let arrived = 0;
  return {
    collection: real.collection.bind(real) as Database['collection'],
    async transact(steps) {
      arrived += 1;
      if (arrived >= participants) all.resolve();
      await all.promise;
      return real.transact(steps);
    },
  };
};

/** Those who have the site, by what is stored. */
const holdersOf = async (database: Database, site: string): Promise<string[]> =>
  (await database.collection('campaigns').find({ filter: { 'domain.site': site } })).map(({ _id }) => _id);

describe('the site of a campaign', () => {
  it('is one text, however it is spelt', () => {
    const spellings: Record<string, readonly string[]> = {
      'tour.example.com': [
        'TOUR.example.COM',
        ' tour.example.com ',
        'tour.example.com.',
        'ｔｏｕｒ.example．com',
        'to\u{AD}ur.example.com',
      ],
      'xn--bcher-kva.example': ['bücher.example', 'BÜCHER.example', 'bu\u{308}cher.example', 'XN--BCHER-KVA.example'],
      'xn--strae-oqa.de': ['straße.de', 'STRAẞE.de', 'straße.de.'],
      'xn--r8jz45g.xn--zckzah': ['例え.テスト', '例え。テスト。'],
    };
    for (const [site, all] of Object.entries(spellings))
      for (const spelling of [site, ...all]) assert.equal(normaliseSite(spelling), site, spelling);
  });

  it('is a host and nothing more', async (context) => {
    const service = await startWithDestinations(context);
    const refused = [
      ...['', '.', 'localhost', 'a..com', 'a.com..', '-a.com', 'a-.com', 'a_b.com', `${'a'.repeat(64)}.com`],
      ...[
        'https://a.com',
        'a.com/path',
        'a.com?x',
        'a.com#x',
        'a.com:80',
        'me@a.com',
        'a.com\\b',
        '%61.com',
        'a\tb.com',
        'a b.com',
      ],
      ...[
        '1.2.3.4',
        '0x7f.1',
        '127.1',
        '[::1]',
        'a\u{200D}b.com',
        'xn--zz--.com',
        'xn--.com',
        `${'abcdefg.'.repeat(40)}com`,
      ],
    ];
    for (const site of refused) {
      const answer = await service.call('/campaigns', { json: aCampaign({ domain: { site } }), claims: CREATOR });
      assert.deepEqual(
        [answer.status, pointersOf(answer)?.[0]?.split(' ')[0]],
        [400, '/domain/site'],
        JSON.stringify(site),
      );
    }
  });

  it('belongs to one of those who ask for it at the same moment, in whatever spelling', async (context) => {
    const database = openDatabase(context);
    const spellings = ['tour.example.com', 'TOUR.example.com', 'tour.example.com.', 'ｔｏｕｒ.example.com'];
    const service = await startWithDestinations(context, { database: meeting(database, spellings.length) });
    const answers = await Promise.all(
      spellings.map((site, index) =>
        service.call('/campaigns', { json: aCampaign({ _id: `c${index}`, domain: { site } }), claims: CREATOR }),
      ),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409]);
    for (const answer of answers.filter(({ status }) => status === 409))
      assert.deepEqual([errorOf(answer).type, pointersOf(answer)], ['DOMAIN_NAME_CONFLICT', ['/domain/site unique']]);
    assert.equal((await holdersOf(database, SITE)).length, 1);
    assert.equal((await database.collection('campaigns').find()).length, 1, 'nothing is left of the others');
    assert.equal((await service.events()).length, 1);
  });

  it('belongs to one of a creator and an editor who want it at the same moment', async (context) => {
    const database = openDatabase(context);
    const before = await startWithDestinations(context, { database });
    await before.create({ _id: 'edited' });
    const service = await startWithDestinations(context, { database: meeting(database, 2) });
    const answers = await Promise.all([
      service.patch({ domain: { site: SITE } }, 'edited'),
      service.call('/campaigns', { json: aCampaign({ _id: 'new', domain: { site: SITE } }), claims: CREATOR }),
    ]);
    assert.equal(answers.filter(({ status }) => status === 409).length, 1);
    assert.equal((await holdersOf(database, SITE)).length, 1);
  });

  it('is no conflict with itself', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ domain: { site: SITE } });
    assert.equal((await service.patch({ domain: { site: 'TOUR.example.com.' }, maxRank: 1 })).status, 200);
  });

  it('is held by a draft, and free once its campaign is INACTIVE, for any number of times', async (context) => {
    const service = await startWithDestinations(context);
    for (const _id of ['a', 'b', 'c']) {
      await service.create({ _id, date: PAST, domain: { site: SITE } });
      const json = aCampaign({ _id: 'other', domain: { site: SITE } });
      assert.equal((await service.call('/campaigns', { json, claims: CREATOR })).status, 409);
      await service.refresh();
      await service.clock.advance(30 * 86_400_000);
      assert.equal((await service.refresh()).inactivated, 1);
    }
    const stored = await service.database.collection('campaigns').find();
    assert.deepEqual(
      stored.map(({ status, domain }) => [status, domain]),
      Array(3).fill(['INACTIVE', {}]),
    );
  });

  it('is not given to a campaign that is INACTIVE', async (context) => {
    const service = await startWithDestinations(context);
    await service.create();
    await service.change('cancel');
    const answer = await service.patch({ domain: { site: SITE } });
    assert.deepEqual([answer.status, pointersOf(answer), allowedOf(answer)], [400, ['/domain/site inactive'], [[]]]);
    assert.equal((await service.patch({ maxRank: 1 })).status, 200);
  });

  it('has its pages forgotten under the old and the new name', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ domain: { site: 'old.example.com' } });
    await service.patch({ domain: { site: 'new.example.com' } });
    assert.equal((await service.patch({ domain: { site: null } })).status, 200);
    await service.service.relay.drain();
    assert.deepEqual(service.receivers.purged, [
      ['campaign/tour-2027', 'site/old.example.com'],
      ['campaign/tour-2027', 'site/old.example.com', 'site/new.example.com'],
      ['campaign/tour-2027', 'site/new.example.com'],
    ]);
    assert.deepEqual((await service.read()).domain, {});
  });

  it('may be handed from one campaign to another, and lost by the first for good', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ _id: 'a', domain: { site: SITE } });
    await service.create({ _id: 'b' });
    await service.patch({ domain: { site: null } }, 'a');
    assert.equal(dataOf<CampaignView>(await service.patch({ domain: { site: SITE } }, 'b')).domain.site, SITE);
    assert.equal((await service.patch({ domain: { site: SITE } }, 'a')).status, 409);
  });
});
