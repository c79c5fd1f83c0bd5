import { receivedStore } from '@verifiedfan/local';
import type { Database, Item, JsonObject, Table } from '@verifiedfan/ports';
import { readCounts } from '@verifiedfan/worker';
import { COUNT_NAMES } from '@verifiedfan/workers/scoring';

export type OutcomeSources = {
  campaignId: string;
  /** demandTable and deadLetterTable. */
  tables: { demand: Table; deadLetters: Table };
  /** entry-service's. */
  database: Database;
};

const allRows = async (table: Table): Promise<Item[]> => {
  const rows: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.scan(cursor === undefined ? {} : { cursor });
    rows.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return rows;
};

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** What scoring says about a member, without what names the upload. */
const statementOf = ({ memberId, score, isVerified, verdict, rank, events, scoredAt }: JsonObject) => {
  return { memberId, score, isVerified, verdict, rank, events, scoredAt };
};

/** Everything that a load leaves behind, in an order and without whatever differs between two loads of the same file. */
export const readOutcome = async ({ campaignId, tables, database }: OutcomeSources) => {
  const rows = await allRows(tables.demand);
  const members = rows.filter(({ PK, SK }) => PK === `campaign:${campaignId}` && SK.startsWith('member:'));
  const entries = await database.collection('entries').find();
  return {
    counts: await readCounts({ table: tables.demand, campaignId, sums: COUNT_NAMES }),
    members: members.sort((a, b) => byText(a.SK, b.SK)).map(statementOf),
    fanLists: rows.flatMap(({ PK, SK }) => (/^(fan|sid|email):/.test(PK) ? [`${PK} ${SK}`] : [])).sort(byText),
    entries: entries
      .map(({ _id, scoring }) => ({ _id, ...statementOf((scoring ?? {}) as JsonObject) }))
      .sort((a, b) => byText(a._id, b._id)),
    deadLetters: await allRows(tables.deadLetters),
  };
};

/** The texts that Slack was asked to post, without the times at which it was. */
export const postsIn = async (directory: string): Promise<{ channel: unknown; text: unknown }[]> => {
  const received = await receivedStore(directory).list('slack', { limit: 1_000 });
  return received.map(({ entry: { channel, text } }) => ({ channel, text }));
};
