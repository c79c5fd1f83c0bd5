import { PortError, type ShardedLog, type ShardRead, type ShardReadOptions } from '@verifiedfan/ports';

type Header = { shard: string; sequence: string };
type Log = ShardedLog<Header, Header>;
export type Mutants<Subject> = Readonly<Record<string, Readonly<Record<string, (subject: Subject) => Subject>>>>;

const never = new Promise<void>(() => undefined);

/** A log whose pages are changed after they were read. */
const pages =
  (change: (page: ShardRead<Header>, options: ShardReadOptions<Header>) => Partial<ShardRead<Header>>) =>
  ({ read }: Log): Partial<Log> => ({
    async read(options) {
      const page = await read(options);
      return { ...page, ...change(page, options) };
    },
  });

/** A log that is asked for something else than the caller wanted. */
const questions =
  (change: (options: ShardReadOptions<Header>) => Partial<ShardReadOptions<Header>>) =>
  ({ read }: Log): Partial<Log> => ({ read: (options) => read({ ...options, ...change(options) }) });

const forgetful = (): ((log: Log) => Partial<Log>) => {
  const seen = new Set<string>();
  return pages(({ records }) => {
    const fresh = records.filter(({ sequence }) => !seen.has(sequence));
    for (const { sequence } of records) seen.add(sequence);
    return { records: fresh };
  });
};

const empty = { records: [], last: undefined, scanned: 0, closed: false };

/** Per case of a log what a driver could get wrong. */
const FLAWS: Readonly<Record<string, Readonly<Record<string, () => (log: Log) => Partial<Log>>>>> = {
  'reads records in the order of their writing, with rising decimal sequences': {
    'turns pages round': () => pages(({ records }) => ({ records: records.toReversed() })),
    'gives every record one sequence': () =>
      pages(({ records }) => ({ records: records.map((record) => ({ ...record, sequence: '1' })), last: '1' })),
    'writes sequences in hex': () =>
      pages(({ records }) => ({ records: records.map((record) => ({ ...record, sequence: `0x${record.sequence}` })) })),
    'does not say where a page ended': () => pages(() => ({ last: undefined })),
    'names a wrong shard in the record': () =>
      pages(({ records }) => ({ records: records.map((record) => ({ ...record, shard: 'other' })) })),
  },
  'continues behind a sequence without losing or repeating a record': {
    'starts again with every page': () => questions(() => ({ after: undefined })),
    'ignores the limit': () => questions(() => ({ limit: 10_000 })),
    'loses the first record behind a position': () =>
      pages(({ records }, { after }) => (after === undefined ? {} : { records: records.slice(1) })),
    'repeats the last record of a page': () =>
      pages(({ records, last }) => ({ last: records.at(-2)?.sequence ?? last })),
  },
  'answers an empty page behind the newest record': {
    'answers the old position as the last one': () => pages(({ last }, { after }) => ({ last: last ?? after })),
    'closes the shard at its end': () => pages(({ scanned }) => ({ closed: scanned === 0 })),
    'reads the last record again': () => questions(() => ({ after: undefined })),
  },
  'reads the same records again, because reading consumes nothing': { 'consumes what was read': forgetful },
  'counts records that a filter leaves out as looked at': {
    'ignores the filter': () => questions(() => ({ filter: undefined })),
    'counts what the filter let through': () => pages(({ records }) => ({ scanned: records.length })),
    'ends at the last record that the filter let through': () =>
      pages(({ records }) => ({ last: records.at(-1)?.sequence })),
  },
  'knows the newest sequence, and none in a shard that never had a record': {
    'never knows the newest': () => () => ({ latest: async () => undefined }),
    'names a sequence before there is one': () => (log) => ({
      latest: async (shard) => (await log.latest(shard)) ?? '0',
    }),
  },
  'wakes a waiting consumer when a record arrives, and not before': {
    'wakes at once': () => () => ({ waitForRecords: async () => undefined }),
    'never wakes': () => () => ({ waitForRecords: () => never }),
  },
  'does not wait when there are records already': {
    'waits for news only': () => (log) => ({
      async waitForRecords(options) {
        await log.waitForRecords({ ...options, after: await log.latest(options.shard) });
      },
    }),
  },
  'ends waiting when the signal aborts': {
    'does not listen to the signal': () => (log) => ({
      waitForRecords: (options) => log.waitForRecords({ ...options, signal: new AbortController().signal }),
    }),
    'rejects when the signal aborts': () => () => ({
      waitForRecords: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    }),
  },
  'does not know a shard that is not there': {
    'takes it for an empty one': () => (log) => ({ read: (options) => log.read(options).catch(() => empty) }),
    'knows its newest record': () => (log) => ({ latest: (shard) => log.latest(shard).catch(() => undefined) }),
  },
  'takes a limit from 1 to 10,000': {
    'takes any limit': () => questions(({ limit }) => ({ limit: Math.min(10_000, Math.max(1, Math.round(limit))) })),
    'refuses the largest': () => (log) => ({
      async read(options) {
        if (options.limit === 10_000) throw new PortError({ code: 'validation', message: 'too many' });
        return log.read(options);
      },
    }),
  },
};

/** The broken drivers of all log cases, for one kind of subject. `put` exchanges methods of the subject's log. */
export const logMutants = <Subject>(
  put: (subject: Subject, change: (log: Log) => Partial<Log>) => Subject,
): Mutants<Subject> =>
  Object.fromEntries(
    Object.entries(FLAWS).map(([name, flaws]) => [
      name,
      Object.fromEntries(
        Object.entries(flaws).map(([flaw, make]) => [flaw, (subject: Subject) => put(subject, make())]),
      ),
    ]),
  );
