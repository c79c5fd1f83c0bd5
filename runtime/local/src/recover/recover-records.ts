import { compareSequences, type Platform, PortError } from '@verifiedfan/ports';
import type { PreparedWorker, Source } from '@verifiedfan/worker';
import { changeAdapter, type LogHeader, type StreamAdapter, streamAdapter } from '../mappings/adapters.ts';
import { createBackOff } from '../mappings/back-off.ts';
import { invokeStream } from '../mappings/invoke-stream.ts';
import { type FailurePolicy, workOff } from '../mappings/stream-batch.ts';
import type { GivenUp } from './given-up.ts';

type Part = Exclude<GivenUp, { kind: 'event' }>;

export type RecoverRecordsOptions = {
  prepared: PreparedWorker;
  part: Part;
  /** Has the stream or table that the records are in. */
  sources: Pick<Platform, 'stream' | 'table'>;
  signal: AbortSignal;
};

export type RecoveredRecords = {
  records: number;
  /** Whether the stream still had all of them. */
  isWhole: boolean;
  /** Whether each was worked off or dead-lettered, which an interruption prevents. */
  isDone: boolean;
};

const PAGE = 10_000;
/** Retries of a worker that would repeat for ever: somebody waits for the end of this. */
const RETRIES = 5;

/** Reads the records that a batch was made of, as long as their stream keeps them, and works them off as a mapping does. */
export const recoverRecords = (options: RecoverRecordsOptions): Promise<RecoveredRecords> => {
  const { prepared, part, sources } = options;
  const { kind, resource } = part;
  const source = prepared.worker.sources.find((each) => each.kind === kind && each.resource === resource);
  if (source === undefined) throw new TypeError(`${prepared.name} does not read ${resource}`);
  return kind === 'kinesis'
    ? recover(options, source, streamAdapter(sources.stream(resource), source))
    : recover(options, source, changeAdapter(sources.table(resource).changes, source));
};

const recover = async <Entry extends Header, Header extends LogHeader>(
  { prepared, part, signal }: RecoverRecordsOptions,
  source: Source,
  adapter: StreamAdapter<Entry, Header>,
): Promise<RecoveredRecords> => {
  if (!prepared.isOn()) throw new PortError({ code: 'unavailable', message: 'the worker is switched off by its flag' });
  const { records, isWhole } = await readPart(adapter, part, signal);
  // Made first: while they cannot be made, no record is to blame.
  await prepared.services();
  const { platform } = prepared.host;
  const done = await workOff(records, {
    ready: async () => {},
    invoke: (batch) => invokeStream({ prepared, source, adapter, events: { invoked() {} }, signal }, batch, part.shard),
    policy: policyOf(source),
    clock: platform.clock,
    backOff: createBackOff(platform),
    signal,
    arrivedAtMs: adapter.arrivedAtMs,
    rejectionOf: (record, reason) => ({
      position: adapter.position(record),
      reason,
      payload: adapter.payload(record),
      shard: (source.stream?.windowSeconds ?? 0) > 0 ? part.shard : undefined,
    }),
    async giveUp(rejections) {
      await prepared.deadLetters.add(prepared.name, rejections);
    },
    onFailure: () => {},
  });
  return { records: records.length, isWhole, isDone: done === records.length };
};

/** The worker's own, whole but for age: these records are old, which is nobody's fault. */
const policyOf = ({ stream }: Source): FailurePolicy => {
  const { batchSize = 100, maxRetries = RETRIES } = stream ?? {};
  return { batchSize, bisectOnError: true, maxRetries: maxRetries < 0 ? RETRIES : maxRetries, maxAgeSeconds: -1 };
};

/**
 * From the oldest record that is kept: a log is read behind a record, and the one in front of the first is not known. Only headers are looked at on
 * the way there.
 */
const readPart = async <Entry extends Header, Header extends LogHeader>(
  { log, headerFilter, recordFilter }: StreamAdapter<Entry, Header>,
  { shard, first, last }: Part,
  signal: AbortSignal,
): Promise<{ records: Entry[]; isWhole: boolean }> => {
  const records: Entry[] = [];
  let isWhole = false;
  let after: string | undefined;
  const filter = (header: Header): boolean => {
    if (header.sequence === first) isWhole = true;
    const isInside = compareSequences(header.sequence, first) >= 0 && compareSequences(header.sequence, last) <= 0;
    return isInside && (headerFilter === undefined || headerFilter(header));
  };
  while (!signal.aborted && (after === undefined || compareSequences(after, last) < 0)) {
    const page = await log.read({ shard, after, limit: PAGE, filter });
    records.push(...(recordFilter === undefined ? page.records : page.records.filter(recordFilter)));
    if (page.last === undefined) break;
    after = page.last;
  }
  return { records, isWhole };
};
