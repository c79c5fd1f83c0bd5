import {
  inSpan,
  type PreparedWorker,
  runBatch,
  type Source,
  toError,
  type Undecodable,
  type WorkerRecord,
  withInvocation,
} from '@verifiedfan/worker';
import type { LogHeader, StreamAdapter } from './adapters.ts';
import { interpretAnswer, invokeWithEvent } from './json-way.ts';
import type { MappingEvents } from './mapping.ts';
import type { BatchResult } from './stream-batch.ts';

export type InvokeStreamOptions<Entry extends Header, Header extends LogHeader> = {
  prepared: PreparedWorker;
  source: Source;
  adapter: StreamAdapter<Entry, Header>;
  events: Pick<MappingEvents, 'invoked'>;
  signal: AbortSignal;
};

/**
 * Invokes a worker with consecutive records of one shard: with the records themselves, which saves the detour through JSON, or with the
 * AWS event when the worker has middlewares, which want to see one. Tests prove that both give the same results.
 */
export const invokeStream = <Entry extends Header, Header extends LogHeader>(
  options: InvokeStreamOptions<Entry, Header>,
  entries: readonly Entry[],
  shard: string,
): Promise<BatchResult> => {
  const { prepared, signal } = options;
  if (prepared.worker.middlewares.length > 0) return invokeAsEvent(options, entries, shard);
  const { name, host } = prepared;
  return withInvocation({ name, host, signal }, () => invokeDecoded(options, entries, shard));
};

const invokeDecoded = async <Entry extends Header, Header extends LogHeader>(
  { prepared, source, adapter, events, signal }: InvokeStreamOptions<Entry, Header>,
  entries: readonly Entry[],
  shard: string,
): Promise<BatchResult> => {
  const { worker, name, host, deadLetters } = prepared;
  const records: WorkerRecord<unknown>[] = [];
  const undecodable: Undecodable[] = [];
  /** Where each decoded record is among the entries. */
  const places: number[] = [];
  for (const [place, entry] of entries.entries()) {
    const decoded = adapter.decode(entry);
    if ('reason' in decoded) undecodable.push(decoded);
    else {
      records.push(decoded);
      places.push(place);
    }
  }
  const batch = { records, undecodable, ...shardAsOnAws(source, shard) };
  const services = await prepared.services();
  const payloadAt = (index: number) => adapter.payload(entries[places[index] ?? 0] as Entry);
  const remainingMs = () => Number.POSITIVE_INFINITY;
  const run = { worker, name, source, services, batch, deadLetters, log: host.log, signal, remainingMs, payloadAt };
  const { counters, outcomes, repeated } = await inSpan({ tracer: host.tracer, worker: name, source, records }, () =>
    runBatch(run),
  );
  events.invoked(name, counters);
  const [first] = repeated;
  if (first === undefined) return {};
  return { failedFrom: places[records.indexOf(first)] ?? 0, error: toError(outcomes.retried.get(first)) };
};

/** A Kinesis record names its shard; a DynamoDB batch does only within a tumbling window. */
const shardAsOnAws = (source: Source, shard: string): { shard?: string } =>
  source.kind === 'kinesis' || isWindowed(source) ? { shard } : {};

const isWindowed = ({ stream }: Source): boolean => (stream?.windowSeconds ?? 0) > 0;

const invokeAsEvent = async <Entry extends Header, Header extends LogHeader>(
  { prepared, source, adapter, events, signal }: InvokeStreamOptions<Entry, Header>,
  entries: readonly Entry[],
  shard: string,
): Promise<BatchResult> => {
  const windowed = isWindowed(source);
  const answer = await invokeWithEvent({
    prepared,
    signal,
    records: entries.map(adapter.payload),
    window: windowed ? { shard, seconds: source.stream?.windowSeconds ?? 0 } : undefined,
  });
  events.invoked(prepared.name, answer);
  const sequences = entries.map(({ sequence }) => sequence);
  return interpretAnswer(answer, sequences, { windowed });
};
