import { createHmac } from 'node:crypto';
import type { Item, Table } from '@verifiedfan/ports';
import { readCounts } from '@verifiedfan/worker';
import { COUNT_NAMES } from '../../scoring/domain/counts.ts';
import type { ModelScore, ModelState } from './model.ts';
import { SECRETS } from './platform.ts';

/** All rows of a table. */
export const allRows = async (table: Table): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor === undefined ? {} : { cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
};

const toScore = (item: Readonly<Record<string, unknown>>): ModelScore => ({
  memberId: item.memberId as string,
  score: item.score as number,
  isVerified: item.isVerified as boolean | undefined,
  verdict: item.verdict as string,
  rank: item.rank as number,
  events: item.events as string[],
  scoredAt: item.scoredAt as string,
  load: item.load as number,
  line: item.line as number,
});

/** What stands in the table, in the words of the model. */
export const observeState = async (table: Table, emails: readonly string[]): Promise<ModelState> => {
  const addresses = new Map(emails.map((email) => [emailKeyOf(email), email]));
  const state: ModelState = { members: new Map(), fans: new Map(), counts: new Map() };
  const campaigns = new Set<string>();
  for (const item of await allRows(table)) {
    const [kind = '', name = ''] = splitOnce(item.PK);
    if (kind === 'campaign') campaigns.add(name);
    if (item.SK.startsWith('member:')) state.members.set(`${name} ${item.SK.slice('member:'.length)}`, toScore(item));
    if (!item.SK.startsWith('campaign:')) continue;
    const identifier = kind === 'email' ? (addresses.get(name) ?? name) : name;
    state.fans.set(`${item.SK.slice('campaign:'.length)} ${kind} ${identifier}`, toScore(item));
  }
  for (const campaignId of campaigns) {
    const counts = await readCounts({ table, campaignId, sums: COUNT_NAMES });
    // Members that are all gone leave counts of zero; the model has none then.
    const isEmpty = [...state.members.keys()].every((name) => !name.startsWith(`${campaignId} `));
    if (!isEmpty || Object.values(counts).some((count) => count !== 0)) state.counts.set(campaignId, counts);
  }
  return state;
};

const splitOnce = (text: string): [string, string] => {
  const at = text.indexOf(':');
  return [text.slice(0, at), text.slice(at + 1)];
};

export const emailKeyOf = (email: string): string =>
  createHmac('sha256', SECRETS.emailKey ?? '')
    .update(email)
    .digest('base64url')
    .slice(0, 22);

export const sorted = <Value>(map: ReadonlyMap<string, Value>): [string, Value][] =>
  [...map].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
