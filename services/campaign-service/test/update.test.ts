import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import type { CampaignView } from '../src/index.ts';
import { create, patch, pointersOf, WORKER } from './fixtures.ts';
import { dataOf, openDatabase, startService } from './support.ts';

describe('POST /campaigns/:campaignId', () => {
  it('merges a patch, where null removes and arrays replace', async (context) => {
    const service = await startService(context);
    const before = await create(service, { maxRank: 2, locales: ['en', 'de'], date: { open: '2026-01-01T00:00:00Z' } });
    await service.clock.advance(1_000);
    const answer = await patch(service, {
      name: { en: 'Tour' },
      maxRank: null,
      locales: ['fr'],
      date: { close: '2026-02-01T00:00:00Z' },
    });
    assert.deepEqual([answer.status, answer.headers.etag], [200, '"2"']);
    const { maxRank: _maxRank, ...rest } = before;
    assert.deepEqual(dataOf(answer), {
      ...rest,
      name: { en: 'Tour' },
      locales: ['fr'],
      date: { open: '2026-01-01T00:00:00.000Z', close: '2026-02-01T00:00:00.000Z' },
      version: 2,
      updatedAt: '2026-01-05T10:00:01.000Z',
    });
  });

  it('takes back what was read, unchanged, without a new version', async (context) => {
    const service = await startService(context);
    const before = await create(service, { domain: { site: 'tour.example.com' } });
    const answer = await patch(service, before);
    assert.deepEqual([answer.status, dataOf(answer)], [200, before]);
  });

  it('refuses to write read-only fields', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const foreign = { ...markets[0], _id: 'x' };
    assert.deepEqual(
      pointersOf(
        await patch(service, { _id: 'x', status: 'OPEN', version: 9, date: { opened: null }, markets: [foreign] }),
      ),
      [
        '/_id read_only',
        '/status read_only',
        '/version read_only',
        '/date/opened read_only',
        '/markets/0/_id read_only',
      ],
    );
  });

  it('refuses to remove what no campaign can have, rather than answering as if it were gone', async (context) => {
    const service = await startService(context);
    const { version } = await create(service, { description: 'Here', name: { en: 'Tour' } });
    const answer = await patch(service, { descripton: null, '': null, date: { opne: null }, domain: { site: null } });
    assert.equal(answer.status, 400);
    assert.deepEqual(pointersOf(answer), ['/descripton unknown_field', '/* unknown_field', '/date/opne unknown_field']);
    // What it could have and has not, or a language that is not there, is gone already.
    const harmless = await patch(service, { maxRank: null, date: { open: null }, name: { fr: null } });
    assert.deepEqual([harmless.status, dataOf<CampaignView>(harmless).version], [200, version]);
  });

  it('replaces the markets, keeping those of the same event', async (context) => {
    const service = await startService(context);
    const { markets } = await create(service);
    const wanted = [{ eventId: 'e3' }, { eventId: 'e2', status: 'CLOSED', venueId: 'v1' }];
    const after = dataOf<CampaignView>(await patch(service, { markets: wanted }));
    assert.deepEqual(
      after.markets.map(({ eventId, status, version }) => [eventId, status, version]),
      [
        ['e3', 'ACTIVE', 1],
        ['e2', 'CLOSED', 2],
      ],
    );
    assert.equal(after.markets[1]?._id, markets[1]?._id);
    assert.deepEqual(dataOf(await service.call('/campaigns/tour-2027', { claims: WORKER })), after);
  });

  it('asks for the version, and refuses a stale one', async (context) => {
    const service = await startService(context);
    await create(service);
    const status = async (ifMatch: string | null) =>
      (await patch(service, { name: `N ${ifMatch}` }, { ifMatch })).status;
    assert.deepEqual([await status(null), await status('W/"1"'), await status('"2"')], [428, 400, 412]);
    assert.deepEqual([await status('"1"'), await status('"1"'), await status('*')], [200, 412, 200]);
  });

  it('lets one of two conflicting updates win', async (context) => {
    const service = await startService(context);
    await create(service);
    const answers = await Promise.all(['a', 'b', 'c'].map((name) => patch(service, { name }, { ifMatch: '"1"' })));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
  });

  it('loses no update that asked for whatever is stored', async (context) => {
    const service = await startService(context);
    await create(service);
    const patches = [{ maxRank: 3 }, { timezone: 'Europe/Berlin' }, { promoterId: 'p1' }];
    const answers = await Promise.all(patches.map((each) => patch(service, each)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.partialDeepStrictEqual(
      dataOf(await service.call('/campaigns/tour-2027', { claims: WORKER })),
      Object.assign({}, ...patches),
    );
  });

  it('refuses to write over an update that came in between', async (context) => {
    const real = openDatabase(context);
    const rival = await startService(context, { database: real });
    await create(rival);
    let [rivals, maxRank] = [1, 2];
    const database: Database = {
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        maxRank += 1;
        if (rivals-- > 0) assert.equal((await patch(rival, { maxRank })).status, 200);
        return real.transact(steps);
      },
    };
    const service = await startService(context, { database });
    assert.equal((await patch(service, { timezone: 'UTC' }, { ifMatch: '"1"' })).status, 412);
    rivals = 1;
    const merged = dataOf<CampaignView>(await patch(service, { timezone: 'UTC' }));
    assert.deepEqual([merged.maxRank, merged.timezone, merged.version], [4, 'UTC', 4]);
  });

  it('keeps what was recorded, whatever is written', async (context) => {
    const service = await startService(context);
    await create(service);
    const opened = '2026-01-05T09:00:00.000Z';
    const campaigns = service.database.collection('campaigns');
    await campaigns.updateOne({ _id: 'tour-2027' }, { $set: { status: 'OPEN', 'date.opened': opened } });
    const answer = dataOf<CampaignView>(await patch(service, { date: { close: '2026-02-01T00:00:00Z' } }));
    assert.deepEqual([answer.status, answer.date], ['OPEN', { close: '2026-02-01T00:00:00.000Z', opened }]);
    assert.deepEqual(dataOf<CampaignView>(await patch(service, { date: null })).date, { opened });
  });
});
