import { assertOptions, invalid } from '@verifiedfan/driver';
import type {
  Collection,
  CollectionOperation,
  Database,
  Document,
  IndexDefinition,
  OperationResult,
  Random,
  TransactionResult,
  TransactionStep,
} from '@verifiedfan/ports';
import { assertName } from '../checks.ts';
import { openSqliteFile } from '../file.ts';
import { createCandidateReader } from './candidates.ts';
import { openCatalogue } from './catalogue.ts';
import { createCollection } from './collection.ts';
import { applyOperation, type OperationParts, tryOperation } from './operations.ts';
import { createQueryLanguage } from './query-language.ts';
import { createReading, type Reading } from './reading.ts';
import { openShelf } from './shelf.ts';
import { runSteps } from './transaction.ts';

export type SqliteDatabaseOptions = {
  /** Path of the file that holds all collections of a service, or `:memory:`. */
  location: string;
  /** Makes the ids of documents that an upsert creates without one. */
  random: Random;
  /** Page cache in KiB, filled as pages are used. @default 16_384 */
  cacheKib?: number | undefined;
  /** Most bytes of the file; beyond it writes throw `disk_full`. @default no limit but the disk's */
  maxBytes?: number | undefined;
};
export type SqliteDatabase = Database & { close(): void };

type Opened = { parts: OperationParts; reading: Reading; indexes: string | undefined };

/** Opens the collections of one service. */
export const openSqliteDatabase = (options: SqliteDatabaseOptions): SqliteDatabase => {
  assertOptions(options, ['location', 'random', 'cacheKib', 'maxBytes']);
  const { location, random, cacheKib = 16_384, maxBytes } = options;
  // A long log means few checkpoints, and a page that many batches touch is then written once.
  const file = openSqliteFile({ location, maxBytes, cacheKib, resource: 'collections', checkpointPages: 4_000 });
  const { database } = file;
  const catalogue = file.transact(() => openCatalogue(database));
  const language = createQueryLanguage();
  const opened = new Map<string, Opened>();

  const open = (name: string, definitions: readonly IndexDefinition[] | undefined): Opened => {
    assertName('the name of a collection', name, 128);
    const indexes = definitions && JSON.stringify(definitions);
    const known = opened.get(name);
    if (known && (indexes === undefined || indexes === known.indexes)) return known;
    if (known?.indexes !== undefined) throw invalid('the collection is open with other indexes', name);
    const shelf = file.transact(() => openShelf({ database, catalogue, name, definitions }));
    const candidates = createCandidateReader(database, shelf);
    const parts = { shelf, candidates, language, random };
    const made = { parts, reading: createReading({ file, shelf, candidates, language }), indexes };
    opened.set(name, made);
    return made;
  };

  /** Runs writes in one transaction; what is remembered about indexes is read again when it is rolled back. */
  const write = <Answer>(work: () => Answer): Answer => {
    try {
      return file.transact(work);
    } catch (error) {
      if (!file.closed) for (const { parts } of opened.values()) parts.shelf.reload();
      throw error;
    }
  };

  // The parts are looked up with each call: another caller may have opened the collection with its indexes in the meantime.
  const partsOf = (name: string): OperationParts => open(name, undefined).parts;

  return {
    collection<D extends Document>(
      name: string,
      { indexes }: { indexes?: readonly IndexDefinition[] } = {},
    ): Collection<D> {
      open(name, indexes);
      return createCollection<D>({
        name,
        file,
        shelf: () => partsOf(name).shelf,
        reading: () => open(name, undefined).reading,
        apply: (operations: readonly CollectionOperation[]): OperationResult[] =>
          write(() => operations.map((operation) => tryOperation(partsOf(name), operation))),
      });
    },
    async transact(steps: readonly TransactionStep[]): Promise<TransactionResult> {
      const parts = steps.map(({ collection }) => partsOf(collection));
      return runSteps({
        steps,
        write,
        apply: (step, operation) => applyOperation(parts[step] ?? partsOf(''), operation),
      });
    },
    close: () => file.close(),
  };
};
