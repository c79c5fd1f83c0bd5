import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runWithCorrelation } from '@verifiedfan/correlation';
import { PortError } from '@verifiedfan/ports';
import type { DeadEvent, OutboxRow } from '../../src/index.ts';
import { CREATOR, STRANGER } from '../fixtures.ts';
import { startWithDestinations } from '../life-cycle/support.ts';
import { dataOf, startService } from '../support.ts';
import { createReceivers, sequencesOf } from './support.ts';

type Started = Awaited<ReturnType<typeof startWithDestinations>>;
const rowsOf = ({ database }: Started): Promise<OutboxRow[]> =>
  database.collection<OutboxRow>('outbox').find({ sort: [['_id', 1]] });
const SUPREME = { sub: 'admin', supreme: true };

describe('a change of a campaign', () => {
  it('is written with one CloudEvent for each destination that it concerns', async (context) => {
    const service = await startWithDestinations(context);
    await service.create({ domain: { site: 'tour.example.com' } });
    const rows = await rowsOf(service);
    assert.deepEqual(
      rows.map(({ _id }) => _id),
      [
        'tour-2027:0000000000000001:campaignDataStream',
        'tour-2027:0000000000000001:dataPipelineQueue',
        'tour-2027:0000000000000001:fastly',
        'tour-2027:0000000000000001:refreshSelectionsQueue',
      ],
    );
    const [first] = rows;
    assert.ok(first);
    const { data, ...envelope } = first.event;
    assert.deepEqual(envelope, {
      specversion: '1.0',
      id: 'tour-2027.1',
      source: '/campaign-service',
      type: 'verifiedfan.campaign.created',
      subject: 'tour-2027',
      time: '2026-01-05T10:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'urn:verifiedfan:schema:campaign:2',
      sequence: '0000000000000001',
    });
    assert.deepEqual(data, await service.read(), 'what the API shows');
    assert.equal(
      rows.every(({ event }) => event.id === 'tour-2027.1'),
      true,
    );
  });

  it('concerns attendance when a market with the date of its event comes, changes or goes', async (context) => {
    const service = await startWithDestinations(context);
    const event = '2026-06-01T00:00:00Z';
    const { markets } = await service.create({ markets: [{ eventId: 'e1', date: { event } }, { eventId: 'e2' }] });
    const [first] = markets;
    await service.patch({ maxRank: 1 });
    await service.patch({ markets: [{ eventId: 'e1', date: { event }, status: 'CLOSED' }, { eventId: 'e2' }] });
    const attendance = (await rowsOf(service)).filter(({ destination }) => destination === 'attendanceQueue');
    assert.partialDeepStrictEqual(
      attendance.map(({ sequence, event: { data } }) => ({ sequence, data })),
      [
        { sequence: 1, data: { campaignId: 'tour-2027', markets: [{ eventId: 'e1' }], withdrawn: [] } },
        { sequence: 3, data: { campaignId: 'tour-2027', markets: [], withdrawn: [first?._id] } },
      ],
    );
  });

  it('says what it leaves out of a snapshot that no destination could take', async (context) => {
    const service = await startWithDestinations(context);
    const name = Object.fromEntries(
      ['de', 'en', 'es', 'fr', 'it', 'ja', 'nl'].map((locale) => [locale, 'n'.repeat(200)]),
    );
    const markets = Array.from({ length: 1_000 }, (_, index) => ({
      eventId: `e${index}`,
      name,
      date: { event: '2026-06-01T00:00:00Z' },
    }));
    const campaigns = [{ _id: 'large', name: 'Large', markets }];
    const answer = await service.call('/campaigns/import', { json: { campaigns }, claims: CREATOR });
    assert.equal(answer.status, 200, answer.text);
    const rows = await rowsOf(service);
    assert.ok(rows.length === 5 && rows.every(({ event }) => JSON.stringify(event).length < 1_048_000));
    const { data } = rows[1]?.event ?? {};
    assert.deepEqual([data?.omitted, data?.markets], [['markets'], undefined]);
    await service.service.relay.drain();
    assert.deepEqual(await service.service.relay.depth(), { unsent: 0, dead: 0 });
  });

  it('that changes nothing, or is refused, tells nobody', async (context) => {
    const service = await startWithDestinations(context);
    const campaign = await service.create();
    const before = await rowsOf(service);
    assert.equal((await service.patch(campaign)).status, 200);
    assert.equal((await service.patch({ domain: { site: 'no host' } })).status, 400);
    assert.equal((await service.change('reopen')).status, 409);
    assert.deepEqual(await rowsOf(service), before);
  });

  it('of two editors is told once for the one who was faster', async (context) => {
    const service = await startWithDestinations(context);
    await service.create();
    const edit = (maxRank: number) =>
      service.call('/campaigns/tour-2027', { json: { maxRank }, claims: CREATOR, headers: { 'if-match': '"1"' } });
    const answers = await Promise.all([edit(1), edit(2), edit(3)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412]);
    await service.service.relay.drain();
    assert.deepEqual(sequencesOf(service.receivers.seenBy('campaignDataStream')), [1, 2]);
  });

  it('is told to nobody where there are no destinations, and nothing piles up', async (context) => {
    const started = await startService(context);
    const json = { _id: 'a', name: 'A' };
    assert.equal((await started.call('/campaigns', { json, claims: CREATOR })).status, 201);
    assert.equal(await started.database.collection('outbox').count(), 0);
  });

  it('carries the trace and the correlation of its request to the destination', async (context) => {
    const receivers = createReceivers();
    const sent: Readonly<Record<string, string>>[] = [];
    const { sendMany } = receivers.destinations.dataPipelineQueue;
    const dataPipelineQueue: typeof receivers.destinations.dataPipelineQueue = {
      async sendMany(messages) {
        sent.push(...messages.map(({ attributes = {} }) => attributes));
        return sendMany(messages);
      },
    };
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    const service = await startWithDestinations(context, {
      receivers: { ...receivers, destinations: { ...receivers.destinations, dataPipelineQueue } },
    });
    const claims = { iss: 'test', aud: 'test', sub: 's', iat: 0, exp: 1, ver: 1, supreme: true } as const;
    await runWithCorrelation({ correlation: 'c', traceparent }, () =>
      service.service.manager.importCampaigns([{ _id: 'traced', name: 'Traced' }], claims),
    );
    await service.service.relay.drain();
    assert.deepEqual(sent, [{ traceparent, correlation: 'c' }]);
    const [row] = await rowsOf(service);
    assert.deepEqual([row?.event.traceparent, row?.correlation, row?.event.correlation], [traceparent, 'c', undefined]);
  });
});

describe('events that were given up', () => {
  const withDead = async (context: Parameters<typeof startWithDestinations>[0]) => {
    const service = await startWithDestinations(context);
    const error = new PortError({ code: 'too_large', message: 'too much' });
    service.receivers.failWith((at) => (at === 'dataPipelineQueue' ? error : undefined));
    for (const _id of ['a', 'b', 'c']) {
      await service.create({ _id });
      await service.service.relay.drain();
      await service.clock.advance(1);
    }
    service.receivers.failWith(() => undefined);
    return service;
  };

  it('are counted, listed in pages, and sent again when an operator asks', async (context) => {
    const { call, service, receivers } = await withDead(context);
    const metrics = async () => (await call('/metrics')).text.match(/^outbox_\w+ \d+$/gm);
    assert.deepEqual(await metrics(), ['outbox_unsent_events 0', 'outbox_dead_events 3']);
    const page = async (cursor = '') => {
      const answer = await call(`/outbox/dead-events?limit=2${cursor}`, { claims: SUPREME });
      assert.equal(answer.status, 200, answer.text);
      const { meta } = answer.json() as { meta: { next: string | null } };
      return { events: dataOf<DeadEvent[]>(answer), next: meta.next };
    };
    const first = await page();
    const second = await page(`&cursor=${first.next}`);
    const dead = [...first.events, ...second.events];
    assert.deepEqual([dead.map(({ campaignId }) => campaignId), second.next], [['a', 'b', 'c'], null]);
    assert.partialDeepStrictEqual(dead[0], {
      destination: 'dataPipelineQueue',
      reason: 'too_large',
      event: { id: 'a.1' },
    });
    const ids = [...dead.map(({ id }) => id), 'no-such'];
    const answer = await call('/outbox/redrive', { json: { ids }, claims: SUPREME });
    assert.deepEqual(dataOf(answer), { redriven: 3 });
    await service.relay.drain();
    assert.deepEqual(
      receivers.seenBy('dataPipelineQueue').map(({ campaign }) => campaign),
      ['a', 'b', 'c'],
    );
    assert.deepEqual(await metrics(), ['outbox_unsent_events 0', 'outbox_dead_events 0']);
  });

  it('are for supreme tokens alone, and cursors are not taken from anywhere', async (context) => {
    const { call } = await startWithDestinations(context);
    const status = async (path: string, claims: Record<string, unknown>) => (await call(path, { claims })).status;
    assert.equal(await status('/outbox/dead-events', STRANGER), 403);
    assert.equal(await status('/outbox/dead-events?cursor=abc', SUPREME), 400);
    assert.equal(await status('/outbox/dead-events?limit=0', SUPREME), 400);
  });
});
