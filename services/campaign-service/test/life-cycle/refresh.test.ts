import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { CREATOR, STRANGER } from '../fixtures.ts';
import { createReceivers } from '../outbox/support.ts';
import { errorOf, openDatabase } from '../support.ts';
import { counts, DAY_MS, startWithDestinations } from './support.ts';

// The clock of these tests stands at 2026-01-05T10:00:00.000Z until it is moved.
const NOW = '2026-01-05T10:00:00.000Z';
const LATER = '2026-03-01T00:00:00Z';

describe('POST /campaigns/refresh', () => {
  it('opens, closes and retires a campaign as its time comes', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({
      date: { open: '2026-01-06T00:00:00Z', close: '2026-01-07T00:00:00Z' },
      domain: { site: 'tour.example.com' },
    });
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 0, 0]);
    await service.clock.advance(DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [1, 0, 0, 0, 0]);
    assert.partialDeepStrictEqual(await service.read(), {
      status: 'OPEN',
      version: 2,
      date: { opened: '2026-01-06T10:00:00.000Z' },
      updatedAt: '2026-01-06T10:00:00.000Z',
    });
    await service.clock.advance(DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [0, 1, 0, 0, 0]);
    await service.clock.advance(30 * DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [0, 0, 1, 0, 0]);
    const { status, date, domain, version } = await service.read();
    assert.deepEqual([status, version, domain], ['INACTIVE', 4, {}]);
    assert.deepEqual(date, {
      open: '2026-01-06T00:00:00.000Z',
      close: '2026-01-07T00:00:00.000Z',
      opened: '2026-01-06T10:00:00.000Z',
      closed: '2026-01-07T10:00:00.000Z',
      inactivated: '2026-02-06T10:00:00.000Z',
    });
    assert.deepEqual(await service.events(), [
      'tour-2027 created',
      'tour-2027 opened',
      'tour-2027 closed',
      'tour-2027 inactivated',
    ]);
    assert.deepEqual(service.receivers.purged.at(-1), ['campaign/tour-2027', 'site/tour.example.com']);
  });

  it('counts the very instant, and not the millisecond before', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: { open: '2026-01-05T10:00:01.000Z', close: '2026-01-05T10:00:02.000Z' } });
    const at = async (durationMs: number) => {
      await service.clock.advance(durationMs);
      return counts(await service.refresh());
    };
    assert.deepEqual(
      [await at(999), await at(1)],
      [
        [0, 0, 0, 0, 0],
        [1, 0, 0, 0, 0],
      ],
    );
    assert.deepEqual(
      [await at(999), await at(1)],
      [
        [0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
      ],
    );
    assert.deepEqual(
      [await at(30 * DAY_MS - 1), await at(1)],
      [
        [0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0],
      ],
    );
  });

  it('takes a campaign whose open and close have passed through both, with both events', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' } });
    assert.deepEqual(counts(await service.refresh()), [1, 1, 0, 0, 0]);
    assert.partialDeepStrictEqual(await service.read(), { status: 'CLOSED', date: { opened: NOW, closed: NOW } });
    assert.deepEqual(await service.events(), ['tour-2027 created', 'tour-2027 opened', 'tour-2027 closed']);
  });

  it('never moves a campaign without the date', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ date: {} });
    await service.create({ _id: 'open-ended', date: { open: '2026-01-01T00:00:00Z', close: LATER } });
    await service.refresh();
    assert.equal((await service.patch({ date: { close: null } }, 'open-ended')).status, 200);
    await service.clock.advance(400 * DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 0, 0]);
    assert.deepEqual([(await service.read()).status, (await service.read('open-ended')).status], ['DRAFT', 'OPEN']);
  });

  it('says what keeps a campaign from opening, and opens it when that is there', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ timezone: undefined, date: { open: '2026-01-01T00:00:00Z' } });
    const result = await service.refresh();
    assert.deepEqual(counts(result), [0, 0, 0, 1, 0]);
    assert.deepEqual(
      result.details.map(({ campaignId, outcome, reasons }) => [
        campaignId,
        outcome,
        reasons.map(({ pointer, rule }) => `${pointer} ${rule}`),
      ]),
      [['tour-2027', 'blocked', ['/date/close required', '/timezone required']]],
    );
    await service.patch({ timezone: 'UTC', date: { close: LATER } });
    assert.deepEqual(counts(await service.refresh()), [1, 0, 0, 0, 0]);
  });

  it('is for its schedule and for supreme tokens alone', async (context) => {
    const { call } = await startWithDestinations(context);
    const status = async (claims: Record<string, unknown>) =>
      (await call('/campaigns/refresh', { method: 'POST', claims })).status;
    assert.deepEqual([await status(CREATOR), await status(STRANGER), await status({ supreme: true })], [403, 403, 200]);
  });

  it('is not kept by one broken campaign from refreshing the rest', async (context) => {
    const service = await startWithDestinations(context);
    const date = { open: '2026-01-01T00:00:00Z', close: LATER };
    for (let index = 0; index < 7; index += 1) await service.create({ _id: `c${index}`, date });
    // As a mistake in a migration might leave it.
    await service.database.collection('campaigns').updateOne({ _id: 'c3' }, { $unset: { domain: '' } });
    const result = await service.refresh();
    assert.deepEqual(counts(result), [6, 0, 0, 0, 1]);
    assert.partialDeepStrictEqual(result.details, [{ campaignId: 'c3', outcome: 'failed' }]);
    assert.equal((await service.read('c6')).status, 'OPEN');
  });

  it('does not take a database that is gone for broken campaigns', async (context) => {
    const real = openDatabase(context);
    const gone = Object.assign(new Error('gone'), { code: 'unavailable', retryable: true });
    let isGone = false;
    let calls = 0;
    const database: Database = {
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        calls += 1;
        if (isGone) throw gone;
        return real.transact(steps);
      },
    };
    const service = await startWithDestinations(context, { database });
    const date = { open: '2026-01-01T00:00:00Z', close: LATER };
    for (let index = 0; index < 40; index += 1) await service.create({ _id: `c${index}`, date });
    [isGone, calls] = [true, 0];
    const answer = await service.call('/campaigns/refresh', { method: 'POST', claims: { supreme: true } });
    assert.deepEqual([answer.status, errorOf(answer).type], [503, 'UNAVAILABLE']);
    assert.ok(calls < 40, `${calls} calls`);
    isGone = false;
    assert.deepEqual(counts(await service.refresh()), [40, 0, 0, 0, 0]);
  });

  it('fires each side effect once, however many refresh at the same time', async (context) => {
    const [database, receivers] = [openDatabase(context), createReceivers()];
    const services = await Promise.all(
      Array.from({ length: 10 }, () => startWithDestinations(context, { database, receivers })),
    );
    const [first] = services;
    assert.ok(first);
    const ids = Array.from({ length: 60 }, (_, index) => `c${String(index).padStart(2, '0')}`);
    for (const _id of ids)
      await first.create({ _id, date: { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' } });
    const results = await Promise.all(services.map(({ refresh }) => refresh()));
    const total = results.map(counts).reduce((sum, each) => sum.map((value, index) => value + (each[index] ?? 0)));
    assert.deepEqual(total, [60, 60, 0, 0, 0]);
    // One after the other: seeded alike, they call themselves alike, and would take each other's lease.
    for (const { service } of services) await service.relay.drain();
    for (const at of ['campaignDataStream', 'dataPipelineQueue']) {
      const ofOne = (id: string) => receivers.seenBy(at).filter(({ campaign }) => campaign === id);
      for (const id of ids) {
        assert.deepEqual(
          ofOne(id).map(({ type, sequence }) => `${sequence} ${type}`),
          ['1 verifiedfan.campaign.created', '2 verifiedfan.campaign.opened', '3 verifiedfan.campaign.closed'],
        );
      }
    }
  });

  it('does not undo what somebody writes at the same moment', async (context) => {
    const real = openDatabase(context);
    let meanwhile: (() => Promise<unknown>) | undefined;
    const database: Database = {
      collection: real.collection.bind(real) as Database['collection'],
      async transact(steps) {
        const run = meanwhile;
        meanwhile = undefined;
        await run?.();
        return real.transact(steps);
      },
    };
    const editor = await startWithDestinations(context, { database: real });
    const service = await startWithDestinations(context, { database });
    await service.create({ date: { open: '2026-01-01T00:00:00Z', close: LATER } });
    meanwhile = () => editor.patch({ date: { open: '2026-02-01T00:00:00Z' } });
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 0, 0]);
    assert.equal((await service.read()).status, 'DRAFT', 'the date that made it due is gone');
    meanwhile = () => editor.patch({ date: { open: '2026-01-02T00:00:00Z' }, maxRank: 3 });
    await service.clock.advance(40 * DAY_MS);
    assert.deepEqual(counts(await service.refresh()), [1, 0, 0, 0, 0]);
    assert.partialDeepStrictEqual(await service.read(), { status: 'OPEN', maxRank: 3, version: 4 });
  });

  it('tells once of a campaign that is linked with those that changed, and did not itself', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ _id: 'standing' });
    const linkedCampaignIds = ['standing'];
    await service.create({ _id: 'a', date: { open: '2026-01-01T00:00:00Z', close: LATER }, linkedCampaignIds });
    await service.create({
      _id: 'b',
      date: { open: '2026-01-01T00:00:00Z', close: LATER },
      linkedCampaignIds: ['standing', 'a'],
    });
    const before = await service.events();
    const { version } = await service.read('standing');
    assert.deepEqual(counts(await service.refresh()), [2, 0, 0, 0, 0]);
    const told = (await service.events()).slice(before.length);
    assert.deepEqual(told.toSorted(), ['a opened', 'b opened', 'standing updated']);
    assert.equal((await service.read('standing')).version, version);
    await service.change('postpone', { id: 'a' });
    assert.deepEqual((await service.events()).slice(before.length + 3).toSorted(), [
      'a postponed',
      'b updated',
      'standing updated',
    ]);
  });

  it('goes through pages of campaigns, past those that are blocked', async (context) => {
    const service = await startWithDestinations(context);
    const date = { open: '2026-01-01T00:00:00Z', close: LATER };
    await service.create({ date, markets: [] });
    const campaigns = service.database.collection('campaigns');
    const [model] = await campaigns.find();
    assert.ok(model);
    const { timezone: _timezone, ...incomplete } = model;
    const copies = Array.from({ length: 1_200 }, (_, index) => ({
      ...(index % 2 === 0 ? model : incomplete),
      _id: `copy-${index}`,
    }));
    await campaigns.bulkWrite(copies.map((document) => ({ insertOne: { document } })));
    const result = await service.refresh();
    assert.deepEqual(counts(result), [601, 0, 0, 600, 0]);
    assert.equal(result.details.length, 100);
    assert.deepEqual(counts(await service.refresh()), [0, 0, 0, 600, 0]);
  });
});
