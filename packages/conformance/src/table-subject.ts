import assert from 'node:assert/strict';
import type { ActionResult, Item, Key, Table, TableAction, TablePage, TableQuery } from '@verifiedfan/ports';

export type TableSubject = {
  table: Table;
  /** Moves the clock of the driver. A driver on real time leaves it out and skips the cases that need it. */
  advance?: (durationMs: number) => Promise<void>;
};

export type Applied = Extract<ActionResult, { outcome: 'applied' }>;

export const updateOne = async (table: Table, action: TableAction): Promise<ActionResult> => {
  const [result] = await table.updateMany([action]);
  assert.ok(result, 'one action has one answer');
  return result;
};

/** Performs one write that has to succeed. */
export const apply = async (table: Table, action: TableAction): Promise<Applied> => {
  const result = await updateOne(table, action);
  assert.equal(result.outcome, 'applied');
  return result as Applied;
};

export const seed = async (table: Table, items: readonly Item[]): Promise<void> => {
  const results = await table.updateMany(items.map((item) => ({ put: item })));
  for (const { outcome } of results) assert.equal(outcome, 'applied');
};

/** All pages of a query; at most `maxPages`, so that a driver which turns in circles fails instead of hanging. */
export const queryPages = async (table: Table, query: TableQuery, maxPages = 20): Promise<TablePage[]> => {
  const pages: TablePage[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query({ ...query, ...(cursor !== undefined && { cursor }) });
    pages.push(page);
    cursor = page.cursor;
  } while (cursor !== undefined && pages.length < maxPages);
  assert.equal(cursor, undefined, 'the pages never end');
  return pages;
};

export const sortKeys = (pages: readonly TablePage[]): string[] =>
  pages.flatMap(({ items }) => items.map(({ SK }) => SK));

export const KEY: Key = { PK: 'campaign:a', SK: 'member:1' };
export const OTHER: Key = { PK: 'campaign:a', SK: 'member:2' };
