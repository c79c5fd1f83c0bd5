import assert from 'node:assert/strict';
import { systemClock } from '@verifiedfan/embedded';
import { SANDBOX_CONFIGURATION } from '@verifiedfan/sandbox';
import { request } from '@verifiedfan/test-utils';
import type { Known } from './run-tester.ts';
import type { StartedService } from './start-services.ts';

type Data<T> = { data: T };

const DAY_MS = 86_400_000;
const at = (days: number): string => new Date(systemClock.now() + days * DAY_MS).toISOString();

/** Campaigns in every status, markets, promoters and what the catalogue has, so that the tester reaches more than 404. */
export const seedCampaigns = async (
  { url, tokenFor }: StartedService,
  { partners }: { partners: boolean },
): Promise<Known[]> => {
  const headers = { authorization: `Bearer ${tokenFor({ subject: 'seed', supreme: true })}` };
  const get = async <T>(path: string): Promise<T> =>
    ((await request({ url: `${url}${path}`, headers })).json() as Data<T>).data;
  const post = async <T>(path: string, json?: unknown): Promise<T> => {
    const answer = await request({
      url: `${url}${path}`,
      method: 'POST',
      headers,
      ...(json === undefined ? {} : { json }),
    });
    assert.ok(answer.status < 300, answer.text);
    return (answer.json() as Data<T>).data;
  };
  const idsOf = async (path: string): Promise<string[]> =>
    (await get<{ id: string }[]>(path)).slice(0, 5).map(({ id }) => id);
  const many = (word: string): string[] => [1, 2, 3, 4, 5].map((number) => `${word}-${number}`);
  const make = (_id: string, date: object) => post('/campaigns', { _id, name: _id, timezone: 'UTC', date });
  const events = partners ? await idsOf('/events?limit=8') : many('event');
  const { markets } = await post<{ markets: { _id: string }[] }>('/campaigns', {
    _id: 'with-markets',
    name: 'With markets',
    markets: events.map((eventId) => ({ eventId })),
  });
  for (const id of many('draft')) await make(id, {});
  for (const id of many('open')) await make(id, { open: at(-2), close: at(400) });
  for (const id of many('closed')) await make(id, { open: at(-2), close: at(-1) });
  await make('inactive', { open: at(-90), close: at(-60) });
  await post('/campaigns/refresh');
  for (const _id of many('promoter')) await post('/promoters', { _id, name: _id });
  return [
    // Those that can be postponed and reopened are known to nothing else, which might cancel them first.
    { parameter: 'path.campaignId', values: ['with-markets', 'inactive', ...many('draft')], paths: '[}](?:/cancel)?$' },
    { parameter: 'path.campaignId', values: ['with-markets'], paths: '/markets' },
    { parameter: 'path.campaignId', values: many('open'), paths: '/postpone$' },
    { parameter: 'path.campaignId', values: many('closed'), paths: '/reopen$' },
    { parameter: 'path.marketId', values: markets.map(({ _id }) => _id) },
    { parameter: 'path.promoterId', values: many('promoter') },
    { parameter: 'path.path', values: Object.keys(SANDBOX_CONFIGURATION) },
    { parameter: 'path.eventId', values: events },
    ...(partners ? [{ parameter: 'path.artistId', values: await idsOf('/artists') }] : []),
    ...(partners ? [{ parameter: 'path.venueId', values: await idsOf('/venues') }] : []),
    { parameter: 'header.if-match', values: ['*'] },
  ];
};
