import type { ActionResult, Condition, Item, JsonObject, Key, Table, TableAction } from '@verifiedfan/ports';
import { type SettleEffect, type Standing, settle, type WithdrawEffect, withdraw } from '@verifiedfan/standing';
import { itemOf, revisionOf, type ScoreClaim, standingOf } from './standing-item.ts';
import { writeEach } from './write-each.ts';

/** One statement about one row: a claim, or the withdrawal of what a file said below a load. */
export type RowChange<Tag> = {
  key: Key;
  /** Handed back with the outcome. */
  tag: Tag;
  /** Attributes beside the score, such as the campaign's properties. */
  extra?: JsonObject;
} & ({ claim: ScoreClaim } | { withdrawal: { file: string; belowLoad: number } });

export type RowOutcome<Tag> = { tag: Tag } & (
  | { effect: SettleEffect | WithdrawEffect; standing: Standing<JsonObject> | undefined; revision: number }
  | { error: Error }
);

/** Races are rare (a row has one shard), so many rounds mean that something is wrong with the table. */
const MAX_ROUNDS = 8;

type Group<Tag> = { key: Key; changes: RowChange<Tag>[]; existing: Item | undefined };
type Folded<Tag> = {
  standing: Standing<JsonObject> | undefined;
  revision: number;
  outcomes: RowOutcome<Tag>[];
  action: TableAction | undefined;
};

/**
 * Applies statements to rows, several to one row in their order. A new row costs one conditional write and no read; a row that exists
 * comes back with the refusal and is then written under the condition that nobody changed it meanwhile. For any order, repetition and
 * concurrency of the same statements the rows end the same.
 */
export const settleRows = async <Tag>(table: Table, changes: readonly RowChange<Tag>[]): Promise<RowOutcome<Tag>[]> => {
  let pending = await groupByKey(table, changes);
  const outcomes: RowOutcome<Tag>[] = [];
  for (let round = 0; pending.length > 0 && round < MAX_ROUNDS; round += 1) {
    const folded = pending.map(fold);
    const results = await write(table, folded);
    const again: Group<Tag>[] = [];
    for (const [at, group] of pending.entries()) {
      const result = results[at];
      const { outcomes: effects } = folded[at] as Folded<Tag>;
      if (result === undefined || result.outcome === 'applied') outcomes.push(...effects);
      else if (result.outcome === 'failed')
        outcomes.push(...group.changes.map(({ tag }) => ({ tag, error: result.error })));
      else again.push({ ...group, existing: result.item });
    }
    pending = again;
  }
  const error = new Error('the row changed too often while it was written');
  return [...outcomes, ...pending.flatMap(({ changes: left }) => left.map(({ tag }) => ({ tag, error })))];
};

const groupByKey = async <Tag>(table: Table, changes: readonly RowChange<Tag>[]): Promise<Group<Tag>[]> => {
  const groups = new Map<string, Group<Tag>>();
  for (const change of changes) {
    const name = `${change.key.PK}\u0000${change.key.SK}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, { key: change.key, changes: [change], existing: undefined });
    else group.changes.push(change);
  }
  const all = [...groups.values()];
  // A claim finds out by writing whether its row exists; a withdrawal has to look first.
  const unread = all.filter((group) => group.changes.some((change) => 'withdrawal' in change));
  if (unread.length === 0) return all;
  const items = await table.getMany(unread.map(({ key }) => key));
  for (const [at, group] of unread.entries()) group.existing = items[at];
  return all;
};

const fold = <Tag>({ key, changes, existing }: Group<Tag>): Folded<Tag> => {
  let standing = existing === undefined ? undefined : standingOf(existing);
  const before = standing;
  const effects: { tag: Tag; effect: SettleEffect | WithdrawEffect }[] = [];
  let extra: JsonObject | undefined;
  for (const change of changes) {
    const result = 'claim' in change ? settle(standing, change.claim) : withdraw(standing, change.withdrawal);
    standing = result.standing;
    effects.push({ tag: change.tag, effect: result.effect });
    extra = change.extra ?? extra;
  }
  const changed = standing !== before;
  const revision = existing === undefined ? 1 : revisionOf(existing) + (changed ? 1 : 0);
  const condition = unchanged(existing);
  const action = !changed
    ? undefined
    : standing === undefined
      ? { delete: key, condition }
      : { put: itemOf(key, standing, revision, extra ?? extraOf(existing)), condition };
  return { standing, revision, outcomes: effects.map((each) => ({ ...each, standing, revision })), action };
};

/** A withdrawal does not bring the attributes beside the score; they stay. */
const extraOf = (existing: Item | undefined): JsonObject =>
  existing?.campaign === undefined ? {} : { campaign: existing.campaign };

/** Holds when the row is still as it was read: its version and how often it was written since it came to be. */
const unchanged = (existing: Item | undefined): Condition => {
  if (existing === undefined) return { absent: 'PK' };
  const { file, load, line, revision } = existing;
  return {
    all: [
      { equals: ['file', file as string] },
      { equals: ['load', load as number] },
      { equals: ['line', line as number] },
      revision === undefined ? { absent: 'revision' } : { equals: ['revision', revision as number] },
    ],
  };
};

/** Writes what there is to write; a group that needs no write counts as applied. */
const write = async <Tag>(table: Table, folded: readonly Folded<Tag>[]): Promise<(ActionResult | undefined)[]> => {
  const actions = folded.flatMap(({ action }) => (action === undefined ? [] : [action]));
  const results = await writeEach(table, actions);
  let next = 0;
  return folded.map(({ action }) => (action === undefined ? undefined : results[next++]));
};
