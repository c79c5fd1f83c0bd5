import { createHash } from 'node:crypto';
import { isId } from '@verifiedfan/schema';

export const SORTS = ['_id', 'date.open', 'updatedAt', 'name'] as const;
export type SortField = (typeof SORTS)[number];
/** A field, or a field behind `-` for the other direction. */
export type Sort = SortField | `-${SortField}`;

/**
 * Where a page ended: the place of its last campaign in the order, not a number of rows, so that campaigns which come and go on other pages
 * move nothing. It narrows a list and never widens it: what a token may read is asked anew for each page.
 */
export type Cursor = {
  sort: Sort;
  /** Of the filters: the cursor of one list says nothing about another. */
  fingerprint: string;
  /** Of the field that sorts; null where the campaign has none, or where the id alone sorts. */
  value: string | null;
  id: string;
};

const FORM = 1;

export const fingerprintOf = (filters: object): string => {
  const said = Object.entries(filters).filter(([, value]) => value !== undefined);
  return createHash('sha256').update(JSON.stringify(said.sort())).digest('base64url').slice(0, 12);
};

export const encodeCursor = ({ sort, fingerprint, value, id }: Cursor): string =>
  Buffer.from(JSON.stringify([FORM, sort, fingerprint, value, id])).toString('base64url');

const parse = (text: string): unknown => {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
};

const isSort = (value: unknown): value is Sort =>
  typeof value === 'string' && SORTS.includes(value.replace(/^-/, '') as SortField);

/** Undefined for a text that no page ended with. */
export const decodeCursor = (text: string): Cursor | undefined => {
  const fields = parse(text);
  if (!Array.isArray(fields) || fields.length !== 5) return undefined;
  const [form, sort, fingerprint, value, id] = fields as unknown[];
  if (form !== FORM || !isSort(sort) || typeof fingerprint !== 'string' || typeof id !== 'string') return undefined;
  if (!isId(id) || !(value === null || typeof value === 'string')) return undefined;
  return { sort, fingerprint, value, id };
};
