import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { limitTo } from '../limit.ts';
import type { StoredDocument } from './index-table.ts';
import type { Plan } from './plan.ts';
import type { Shelf } from './shelf.ts';

/** Reads what a plan points at. */
export type CandidateReader = {
  /** Row numbers, each once, in the order of the plan; at most `limit`, when given, and then in one short look-up. */
  rows(plan: Extract<Plan, { kind: 'index' }>, limit?: number): number[];
  /** How many rows an exact plan has. */
  count(plan: Extract<Plan, { kind: 'index' }>): number;
  /** All candidates in one go, for writes, which must not wait in between. */
  each(plan: Plan): Generator<StoredDocument>;
};

const MAX_STATEMENTS = 200;
const PAGE = 100;

/** Statements by their text; shapes of queries are few, and a flood of them is forgotten rather than kept. */
const createStatements = (database: DatabaseSync): ((sql: string) => StatementSync) => {
  const prepared = new Map<string, StatementSync>();
  return (sql) => {
    const known = prepared.get(sql);
    if (known) return known;
    if (prepared.size >= MAX_STATEMENTS) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  };
};

export const createCandidateReader = (database: DatabaseSync, shelf: Shelf): CandidateReader => {
  const prepare = createStatements(database);

  const rows: CandidateReader['rows'] = ({ index, clauses, values }, limit) => {
    const statement = prepare(`SELECT row FROM ${index.table}${clauses} ${limitTo('?')}`);
    const found = statement.all(...values, limit ?? -1).map(({ row }) => Number(row));
    return index.many ? [...new Set(found)] : found;
  };

  function* eachId(ids: readonly unknown[]): Generator<StoredDocument> {
    for (const id of new Set(ids)) {
      const stored = typeof id === 'string' ? shelf.findById(id) : undefined;
      if (stored) yield stored;
    }
  }

  function* eachIndexed(plan: Extract<Plan, { kind: 'index' }>): Generator<StoredDocument> {
    // Most writes want the first candidate; the rest is looked up only when that was not it.
    const first = rows(plan, PAGE);
    const all = first.length < PAGE && !plan.index.many ? first : rows(plan);
    for (const row of all) {
      const stored = shelf.readRow(row);
      if (stored) yield stored;
    }
  }

  function* eachScanned(): Generator<StoredDocument> {
    for (let page = shelf.page(0, PAGE); page.length > 0; page = shelf.page(page.at(-1)?.row ?? 0, PAGE)) yield* page;
  }

  return {
    rows,
    count: ({ index, clauses, values }) =>
      Number(prepare(`SELECT count(*) AS total FROM ${index.table}${clauses}`).get(...values)?.total),
    each: (plan) =>
      plan.kind === 'ids' ? eachId(plan.ids) : plan.kind === 'index' ? eachIndexed(plan) : eachScanned(),
  };
};
