import type { Collection, CollectionOperation, OperationResult, Random } from '@verifiedfan/ports';
import { type Claim, settle, withdraw } from '@verifiedfan/standing';
import { type Entry, entryId, type ScoreContent, standingFields, standingOf } from './entry.ts';
import { ContentionError } from './errors.ts';
import { firstRevision } from './revision.ts';
import type { ScoringInput, Withdrawal } from './scoring-input.ts';

/** input = inserted + found; found = updated + unchanged. `withdrawn` counts claims that were taken back, apart from the others. */
export type ScoringCounts = {
  input: number;
  found: number;
  inserted: number;
  updated: number;
  unchanged: number;
  withdrawn: number;
};

export type ScoringManagerOptions = { entries: Collection<Entry>; random: Pick<Random, 'next'> };
export type ScoringManager = { apply(input: ScoringInput): Promise<ScoringCounts> };

type Effects = Pick<ScoringCounts, 'inserted' | 'updated' | 'unchanged' | 'withdrawn'>;
/** Everything that one request says about one member. */
type Work = { id: string; memberId: string; claims: Claim<ScoreContent>[]; withdrawals: Withdrawal[] };
type Plan = { work: Work; effects: Effects; operation: CollectionOperation | undefined };

const MAX_ATTEMPTS = 20;

const groupByMember = ({ campaignId, scores, withdrawals }: ScoringInput): Work[] => {
  const byMember = new Map<string, Work>();
  const workOn = (memberId: string): Work => {
    const known = byMember.get(memberId);
    if (known !== undefined) return known;
    const work: Work = { id: entryId(campaignId, memberId), memberId, claims: [], withdrawals: [] };
    byMember.set(memberId, work);
    return work;
  };
  for (const { memberId, claim } of scores) workOn(memberId).claims.push(claim);
  for (const withdrawal of withdrawals) workOn(withdrawal.memberId).withdrawals.push(withdrawal);
  return [...byMember.values()];
};

/** A write that fits only the entry as it was read. */
const write = (entry: Entry | undefined, next: Entry | undefined): CollectionOperation | undefined => {
  if (entry === undefined) return next && { insertOne: { document: next } };
  const filter = { _id: entry._id, revision: entry.revision };
  return next === undefined ? { deleteOne: { filter } } : { replaceOne: { filter, replacement: next } };
};

const lost = (result: OperationResult | undefined): boolean => {
  if (result === undefined) throw new TypeError('The store did not answer for every operation');
  if (result.outcome === 'done') return result.matched === 0 && result.upsertedId === undefined;
  if (Reflect.get(result.error, 'code') === 'duplicate_key') return true;
  throw result.error;
};

/** Applies score rows and withdrawals to entries. */
export const createScoringManager = ({ entries, random }: ScoringManagerOptions): ScoringManager => {
  // Claims first: a withdrawal names the load from which on claims of its file stay, so a newer one in the same request survives it.
  const plan = (campaignId: string, work: Work, entry: Entry | undefined): Plan => {
    const effects: Effects = { inserted: 0, updated: 0, unchanged: 0, withdrawn: 0 };
    let standing = standingOf(entry);
    let exists = entry !== undefined;
    let changed = false;
    for (const claim of work.claims) {
      const settled = settle(standing, claim);
      standing = settled.standing;
      changed ||= settled.effect !== 'unchanged';
      const isNews = settled.effect === 'created' || settled.effect === 'updated';
      effects[exists ? (isNews ? 'updated' : 'unchanged') : 'inserted'] += 1;
      exists = true;
    }
    for (const { file, load } of work.withdrawals) {
      const { standing: left, effect } = withdraw(standing, { file, belowLoad: load });
      standing = left;
      if (effect === 'none') continue;
      changed = true;
      effects.withdrawn += 1;
    }
    if (!changed) return { work, effects, operation: undefined };
    const {
      scoring: _scoring,
      hidden: _hidden,
      ...rest
    } = entry ?? {
      _id: work.id,
      campaignId,
      memberId: work.memberId,
      revision: firstRevision(random),
    };
    const isNeeded = standing !== undefined || entry?.registration !== undefined;
    const next = isNeeded
      ? ({ ...rest, revision: rest.revision + 1, ...standingFields(standing) } as Entry)
      : undefined;
    return { work, effects, operation: write(entry, next) };
  };

  /** Reads, decides and writes once; answers what was settled and what another writer changed in between. */
  const attempt = async (campaignId: string, pending: readonly Work[]): Promise<{ settled: Plan[]; retry: Work[] }> => {
    const found = await entries.findByIds(pending.map(({ id }) => id));
    const plans = pending.map((work, index) => plan(campaignId, work, found[index]));
    const writing = plans.filter(({ operation }) => operation !== undefined);
    const operations = writing.flatMap(({ operation }) => operation ?? []);
    const results = operations.length === 0 ? [] : await entries.bulkWrite(operations);
    const failed = new Set(writing.filter((_, index) => lost(results[index])));
    return { settled: plans.filter((each) => !failed.has(each)), retry: [...failed].map(({ work }) => work) };
  };

  return {
    async apply(input) {
      const counts: ScoringCounts = {
        input: input.scores.length,
        found: 0,
        inserted: 0,
        updated: 0,
        unchanged: 0,
        withdrawn: 0,
      };
      let pending = groupByMember(input);
      for (let attempts = 0; pending.length > 0; attempts++) {
        if (attempts === MAX_ATTEMPTS) throw new ContentionError();
        const { settled, retry } = await attempt(input.campaignId, pending);
        for (const { effects } of settled) {
          for (const name of ['inserted', 'updated', 'unchanged', 'withdrawn'] as const) counts[name] += effects[name];
        }
        pending = retry;
      }
      counts.found = counts.updated + counts.unchanged;
      return counts;
    },
  };
};
