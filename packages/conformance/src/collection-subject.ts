import assert from 'node:assert/strict';
import type { Collection, Database, Document, OperationResult } from '@verifiedfan/ports';

/** A database without any collection. */
export type DatabaseSubject = { database: Database };

/** Documents of these cases; the port is asked for what any document can be. */
export type Fan = Document;

/** A collection with these documents. */
export const collectionWith = async (
  { database }: DatabaseSubject,
  documents: readonly Fan[],
  options?: Parameters<Database['collection']>[1],
): Promise<Collection<Fan>> => {
  const fans = database.collection<Fan>('fans', options);
  for (const document of documents) await fans.insertOne(document);
  return fans;
};

export const done = (
  result: OperationResult | undefined,
): Omit<Extract<OperationResult, { outcome: 'done' }>, 'outcome'> => {
  if (result?.outcome !== 'done') return assert.fail(result?.error ?? 'there is no answer');
  const { outcome: _outcome, ...counts } = result;
  return counts;
};

export const assertFailed = (result: OperationResult | undefined, code: string): void => {
  assert.equal(result?.outcome, 'failed');
  assert.equal('code' in result.error ? result.error.code : result.error, code);
};

/** The ids that a filter finds, in the order of ids. */
export const idsFor = async (fans: Collection<Fan>, filter: Parameters<Collection['count']>[0]): Promise<string> =>
  (await fans.find(filter === undefined ? {} : { filter }))
    .map(({ _id }) => _id)
    .sort()
    .join(' ');
