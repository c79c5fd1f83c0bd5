import { setImmediate as nextTurn } from 'node:timers/promises';
import { assertWhole, invalid } from '@verifiedfan/driver';
import type { Document, FindOptions } from '@verifiedfan/ports';
import type { SqliteFile } from '../file.ts';
import type { CandidateReader } from './candidates.ts';
import { type CompiledFilter, compileFilter } from './filter.ts';
import { splitPath } from './paths.ts';
import { type Plan, planQuery, type Sort } from './plan.ts';
import type { QueryLanguage } from './query-language.ts';
import type { Shelf } from './shelf.ts';
import { sortDocuments } from './sorting.ts';

export type Reading = {
  find(options: FindOptions): Promise<Document[]>;
  count(filter: NonNullable<FindOptions['filter']>): Promise<number>;
};
export type ReadingOptions = { file: SqliteFile; shelf: Shelf; candidates: CandidateReader; language: QueryLanguage };

/** Documents read in one go; in between, the event loop turns, so that a long read does not hold up everybody else. */
const PAGE = 250;

const assertSort = (sort: Sort): void => {
  for (const [path, direction] of sort) {
    splitPath(path);
    if (direction !== 1 && direction !== -1) throw invalid('the direction of a sort is 1 or -1');
  }
};

export const createReading = ({ file, shelf, candidates, language }: ReadingOptions): Reading => {
  async function* pagesOfRows(rows: readonly number[]): AsyncGenerator<Document[]> {
    for (let start = 0; start < rows.length; start += PAGE) {
      if (start > 0) await nextTurn();
      yield file.run(() => rows.slice(start, start + PAGE).flatMap((row) => shelf.readRow(row)?.document ?? []));
    }
  }

  async function* pagesOfAll(): AsyncGenerator<Document[]> {
    let after = 0;
    for (;;) {
      const page = file.run(() => shelf.page(after, PAGE));
      yield page.map(({ document }) => document);
      if (page.length < PAGE) return;
      after = page.at(-1)?.row ?? 0;
      await nextTurn();
    }
  }

  async function* pagesOf(plan: Plan, limit: number | undefined): AsyncGenerator<Document[]> {
    if (plan.kind === 'ids') yield file.run(() => [...candidates.each(plan)].map(({ document }) => document));
    else if (plan.kind === 'index') yield* pagesOfRows(file.run(() => candidates.rows(plan, limit)));
    else yield* pagesOfAll();
  }

  /** Gathers matching documents until there are `enough`. */
  const gather = async (plan: Plan, filter: CompiledFilter, enough: number, limit?: number): Promise<Document[]> => {
    const found: Document[] = [];
    for await (const page of pagesOf(plan, limit)) {
      for (const document of page) if (filter.matches(document)) found.push(document);
      if (found.length >= enough) break;
    }
    return found;
  };

  /** With a limit, a first look at a few rows of the index mostly suffices. */
  const gatherFew = async (plan: Plan, filter: CompiledFilter, enough: number): Promise<Document[]> => {
    if (plan.kind !== 'index' || plan.index.many || !Number.isFinite(enough)) return gather(plan, filter, enough);
    const few = plan.exact ? enough : enough * 4 + 64;
    const found = await gather(plan, filter, enough, few);
    if (found.length >= enough || file.run(() => candidates.rows(plan, few + 1)).length <= few) return found;
    return gather(plan, filter, enough);
  };

  return {
    async find({ filter: source = {}, sort = [], limit, skip = 0 }) {
      assertSort(sort);
      assertWhole('skip', skip, 0, Number.MAX_SAFE_INTEGER);
      if (limit !== undefined) assertWhole('limit', limit, 0, Number.MAX_SAFE_INTEGER);
      if (limit === 0) return [];
      const filter = compileFilter(source, language);
      const plan = planQuery(shelf.indexes, filter, sort);
      const inOrder = sort.length === 0 || (plan.kind === 'index' && plan.sorted);
      const end = limit === undefined ? Number.POSITIVE_INFINITY : skip + limit;
      const found = await gatherFew(plan, filter, inOrder ? end : Number.POSITIVE_INFINITY);
      return (inOrder ? found : sortDocuments(found, sort)).slice(skip, end);
    },
    async count(source) {
      const filter = compileFilter(source, language);
      if (Object.keys(source).length === 0) return file.run(() => shelf.total());
      const plan = planQuery(shelf.indexes, filter);
      if (plan.kind === 'index' && plan.exact) return file.run(() => candidates.count(plan));
      let total = 0;
      for await (const page of pagesOf(plan, undefined))
        for (const document of page) if (filter.matches(document)) total += 1;
      return total;
    },
  };
};
