import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ServiceTracing } from '@verifiedfan/service';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createCampaignService } from '../src/index.ts';
import { aCampaign } from './fixtures.ts';
import { createReceivers } from './outbox/support.ts';
import { withShortSleeps } from './support.ts';

type Settings = Parameters<ServiceTracing['span']>[0];

const noteSpans = () => {
  const spans: Settings[] = [];
  const tracing: ServiceTracing = {
    enabled: true,
    span(settings, run) {
      spans.push(settings);
      const span = { setAttributes: () => span, setStatus: () => span, updateName: () => span };
      return run(span as never);
    },
  };
  return { spans, tracing };
};

describe('spans', () => {
  it('name what is written, as they name what is read', async (context) => {
    const { spans, tracing } = noteSpans();
    const { call } = await startServiceFor(context, (parts) =>
      createCampaignService({ ...parts, tracing, clock: withShortSleeps(parts.clock) }),
    );
    const writesOf = async (path: string, options: Parameters<typeof call>[1] = {}): Promise<string[]> => {
      spans.length = 0;
      const headers = { 'x-correlation-id': 'the-request', 'if-match': '*' };
      const answer = await call(path, { claims: { sub: 'a', supreme: true }, headers, ...options });
      assert.ok(answer.status < 300, answer.text);
      const inside = spans.filter(({ name }) => /^(?:campaigns|markets|database)\./.test(name));
      for (const { attributes, name } of inside) assert.equal(attributes?.['correlation.id'], 'the-request', name);
      return inside.map(({ name }) => name).filter((name) => !/\.find/.test(name));
    };
    assert.deepEqual(await writesOf('/campaigns', { json: aCampaign() }), ['campaigns.create', 'database.transact']);
    const campaign = '/campaigns/tour-2027';
    assert.deepEqual(await writesOf(campaign, { json: { maxRank: 1 } }), ['campaigns.update', 'database.transact']);
    assert.deepEqual((await writesOf(`${campaign}/markets`, { json: { eventId: 'e9' } }))[0], 'markets.create');
    const { data } = (await call(campaign, { claims: { sub: 'a', supreme: true } })).json() as {
      data: { markets: { _id: string }[] };
    };
    const market = `${campaign}/markets/${data.markets[0]?._id}`;
    assert.deepEqual((await writesOf(market, { json: { name: 'X' } }))[0], 'markets.update');
    assert.deepEqual((await writesOf(market, { method: 'DELETE' }))[0], 'markets.remove');
    assert.deepEqual((await writesOf(`${campaign}/cancel`, { method: 'POST' }))[0], 'campaigns.update');
  });

  it('of destinations carry the correlation of the requests behind their events', async (context) => {
    const { spans, tracing } = noteSpans();
    const { destinations } = createReceivers();
    const { call, service, database } = await startServiceFor(context, (parts) =>
      createCampaignService({ ...parts, tracing, destinations, clock: withShortSleeps(parts.clock) }),
    );
    const create = (_id: string, correlation: string) =>
      call('/campaigns', {
        json: { _id, name: 'Tour' },
        claims: { sub: 'a', supreme: true },
        headers: { 'x-correlation-id': correlation },
      });
    await create('a', 'one');
    spans.length = 0;
    await service.relay.drain();
    const idsOf = () =>
      spans.flatMap(({ name, kind, attributes }) =>
        kind === 'producer' ? [[name, attributes?.['correlation.id']]] : [],
      );
    assert.deepEqual(idsOf().sort(), [
      ['campaignDataStream.putMany', 'one'],
      ['dataPipelineQueue.sendMany', 'one'],
      ['fastly.purge', 'one'],
    ]);
    await create('b', 'two');
    await create('c', 'three');
    spans.length = 0;
    await service.relay.drain();
    assert.deepEqual(
      idsOf().map(([, ids]) => ids),
      Array<string[]>(3).fill(['two', 'three']),
    );
    const rows = await database.collection('outbox').find();
    assert.deepEqual([...new Set(rows.map(({ correlation }) => correlation))].sort(), ['one', 'three', 'two']);
  });
});
