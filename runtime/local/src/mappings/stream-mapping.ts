import type { Checkpoints, JsonValue, Shard, ShardedLog } from '@verifiedfan/ports';
import {
  type PreparedWorker,
  type Rejection,
  runBatch,
  type Source,
  toError,
  type Undecodable,
  type WorkerRecord,
} from '@verifiedfan/worker';
import type { BackOff } from './back-off.ts';
import { interpretAnswer, invokeWithEvent } from './json-way.ts';
import type { Mapping, MappingEvents } from './mapping.ts';
import { partitionByGroup, workOff } from './stream-batch.ts';

/** What a stream mapping has to know about the records of its kind of log. */
export type StreamAdapter<Entry extends Header, Header extends { sequence: string; shard: string }> = {
  log: ShardedLog<Entry, Header>;
  decode(record: Entry): WorkerRecord<unknown> | Undecodable;
  /** One record of the AWS event. */
  payload(record: Entry): JsonValue;
  arrivedAtMs(record: Entry): number;
  groupOf(record: Entry): string;
  position(record: Entry): string;
  /** Looks at headers before bodies are read. */
  headerFilter: ((header: Header) => boolean) | undefined;
  /** Looks at whole records. */
  recordFilter: ((record: Entry) => boolean) | undefined;
};

export type StreamMappingOptions<Entry extends Header, Header extends { sequence: string; shard: string }> = {
  prepared: PreparedWorker;
  source: Source;
  adapter: StreamAdapter<Entry, Header>;
  checkpoints: Checkpoints;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

/**
 * Runs one worker over all shards of a log: reads behind the checkpoint, works the batch off, moves the checkpoint. A crash anywhere in
 * between repeats the batch and loses nothing. Waiting costs nothing.
 */
export const startStreamMapping = <Entry extends Header, Header extends { sequence: string; shard: string }>(
  options: StreamMappingOptions<Entry, Header>,
): Mapping => {
  const { prepared, source, adapter } = options;
  const shards = new Map<string, { position: string | undefined; busy: boolean }>();
  const run = async (): Promise<void> => {
    const all = await adapter.log.shards();
    await Promise.all(all.map((shard) => consumeShard(options, shard, shards)));
  };
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: run(),
    async idle() {
      const all = await adapter.log.shards();
      for (const { id } of all) {
        const state = shards.get(id);
        if (state === undefined || state.busy) return false;
        if ((await adapter.log.latest(id)) !== state.position) return false;
      }
      return true;
    },
  };
};

const checkpointKey = (worker: string, resource: string, shard: string): string =>
  `mapping/${worker}/${resource}/${shard}`;

const consumeShard = async <Entry extends Header, Header extends { sequence: string; shard: string }>(
  options: StreamMappingOptions<Entry, Header>,
  { id }: Shard,
  shards: Map<string, { position: string | undefined; busy: boolean }>,
): Promise<void> => {
  const { prepared, source, adapter, checkpoints, signal, events } = options;
  const { batchSize = 100, parallelization = 1 } = source.stream ?? {};
  const key = checkpointKey(prepared.name, source.resource, id);
  const state = { position: await checkpoints.get(key), busy: false };
  shards.set(id, state);
  while (!signal.aborted) {
    const limit = Math.min(10_000, batchSize * parallelization);
    const read = await adapter.log.read({ shard: id, after: state.position, limit, filter: adapter.headerFilter });
    if (read.last === undefined) {
      await adapter.log.waitForRecords({ shard: id, after: state.position, signal });
      continue;
    }
    state.busy = true;
    const { recordFilter } = adapter;
    const records = recordFilter === undefined ? read.records : read.records.filter(recordFilter);
    const done = await workOffInParallel(options, records, id);
    if (done) {
      state.position = read.last;
      await checkpoints.set(key, read.last);
    }
    state.busy = false;
    events.progressed();
  }
};

/** Works a batch off, in parallel across keys if the mapping asks for it; true when every record is finished. */
const workOffInParallel = async <Entry extends Header, Header extends { sequence: string; shard: string }>(
  options: StreamMappingOptions<Entry, Header>,
  records: readonly Entry[],
  shard: string,
): Promise<boolean> => {
  const { prepared, source, adapter, backOff, signal, events } = options;
  const policy = source.stream ?? { bisectOnError: true, maxRetries: -1, maxAgeSeconds: -1, parallelization: 1 };
  const lists = partitionByGroup(records, policy.parallelization, adapter.groupOf);
  const counts = await Promise.all(
    lists.map((list) =>
      workOff(list, {
        invoke: (batch) => invokeBatch(options, batch, shard),
        policy,
        clock: prepared.host.platform.clock,
        backOff,
        signal,
        arrivedAtMs: adapter.arrivedAtMs,
        rejectionOf: (record, reason): Rejection => ({
          position: adapter.position(record),
          reason,
          payload: adapter.payload(record),
        }),
        giveUp: async (rejections) => {
          await prepared.deadLetters.add(prepared.name, rejections);
        },
        onFailure: (error) => events.failed(prepared.name, error),
      }),
    ),
  );
  return counts.every((count, at) => count === lists[at]?.length);
};

const invokeBatch = async <Entry extends Header, Header extends { sequence: string; shard: string }>(
  options: StreamMappingOptions<Entry, Header>,
  entries: readonly Entry[],
  shard: string,
): Promise<{ failedFrom?: number; error?: Error }> => {
  const { prepared, adapter, source, events } = options;
  if (prepared.worker.middlewares.length > 0) {
    const answer = await invokeWithEvent({
      prepared,
      records: entries.map(adapter.payload),
      shard,
      windowed: (source.stream?.windowSeconds ?? 0) > 0,
    });
    events.invoked(prepared.name, answer);
    return interpretAnswer(
      answer,
      entries.map(({ sequence }) => sequence),
    );
  }
  const places: number[] = [];
  const records: WorkerRecord<unknown>[] = [];
  const undecodable: Undecodable[] = [];
  for (const [at, entry] of entries.entries()) {
    const decoded = adapter.decode(entry);
    if ('reason' in decoded) undecodable.push(decoded);
    else {
      records.push(decoded);
      places.push(at);
    }
  }
  const { counters, outcomes, repeated } = await runBatch({
    source,
    worker: prepared.worker,
    name: prepared.name,
    services: await prepared.services(),
    batch: { records, undecodable, shard },
    deadLetters: prepared.deadLetters,
    log: prepared.host.log,
    signal: options.signal,
    remainingMs: () => Number.POSITIVE_INFINITY,
    payloadAt: (index) => adapter.payload(entries[places[index] ?? 0] as Entry),
  });
  events.invoked(prepared.name, counters);
  const [first] = repeated;
  if (first === undefined) return {};
  return { failedFrom: places[records.indexOf(first)] ?? 0, error: toError(outcomes.retried.get(first)) };
};
