import type { Document, JsonValue } from '@verifiedfan/ports';
import { compareValues } from './compare.ts';
import { endsAt, splitPath } from './paths.ts';
import type { Sort } from './plan.ts';

/** An empty array comes before everything else, even before null: `nothing` tells it apart. */
type SortKey = { nothing: boolean; value: JsonValue | undefined };

const compareKeys = (a: SortKey, b: SortKey): number =>
  Number(b.nothing) - Number(a.nothing) || compareValues(a.value, b.value);

/** All keys of a document: the elements of an array, or the value itself. */
const keysAt = (document: Document, segments: readonly string[]): SortKey[] =>
  endsAt(document, segments).values.flatMap((value): SortKey[] => {
    if (!Array.isArray(value)) return [{ nothing: false, value }];
    return value.length === 0
      ? [{ nothing: true, value: null }]
      : value.map((element) => ({ nothing: false, value: element }));
  });

/** What a document is sorted by: of an array the smallest element going up, the largest going down. */
const sortKey = (document: Document, segments: readonly string[], direction: 1 | -1): SortKey =>
  keysAt(document, segments).reduce((best, key) => (direction * compareKeys(key, best) < 0 ? key : best));

/** Sorts stably: equals stay in the order in which they were found. */
export const sortDocuments = (documents: readonly Document[], sort: Sort): Document[] => {
  const fields = sort.map(([path, direction]) => ({ segments: splitPath(path), direction }));
  const keyed = documents.map((document) => ({
    document,
    keys: fields.map(({ segments, direction }) => ({ direction, key: sortKey(document, segments, direction) })),
  }));
  keyed.sort((a, b) => {
    for (const [position, { direction, key }] of a.keys.entries()) {
      const other = b.keys[position];
      const order = other ? direction * compareKeys(key, other.key) : 0;
      if (order !== 0) return order;
    }
    return 0;
  });
  return keyed.map(({ document }) => document);
};
