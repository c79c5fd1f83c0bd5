import { consumerCheckpoint, NOTHING_READ } from '@verifiedfan/platform';
import { type Checkpoints, compareSequences, type Shard } from '@verifiedfan/ports';
import type { PreparedWorker, Source } from '@verifiedfan/worker';
import type { LogHeader, StreamAdapter } from './adapters.ts';
import type { BackOff } from './back-off.ts';
import { createGate, type Gate } from './gate.ts';
import { invokeStream } from './invoke-stream.ts';
import { keepRunning, keepTrying } from './keep-running.ts';
import type { Mapping, MappingEvents } from './mapping.ts';
import { partitionByGroup, workOff } from './stream-batch.ts';

export type StreamMappingOptions<Entry extends Header, Header extends LogHeader> = {
  prepared: PreparedWorker;
  source: Source;
  adapter: StreamAdapter<Entry, Header>;
  checkpoints: Checkpoints;
  events: MappingEvents;
  backOff: BackOff;
  signal: AbortSignal;
};

type ShardState = { id: string; position: string | undefined; busy: boolean };
type Settings = NonNullable<Source['stream']>;
type Consumer<Entry extends Header, Header extends LogHeader> = StreamMappingOptions<Entry, Header> & {
  settings: Settings;
  gate: Gate;
};

/**
 * Runs one worker over all shards of a log: reads behind the checkpoint, works the batch off, moves the checkpoint. A crash anywhere in
 * between repeats the batch and loses nothing. Waiting costs nothing.
 */
export const startStreamMapping = <Entry extends Header, Header extends LogHeader>(
  options: StreamMappingOptions<Entry, Header>,
): Mapping => {
  const { prepared, source, adapter } = options;
  const settings = source.stream;
  if (settings === undefined) throw new TypeError(`the source ${source.resource} is no stream`);
  const gate = createGate(prepared, options.events);
  const shards = new Map<string, ShardState>();
  const run = async (): Promise<void> => {
    let all: Shard[] = [];
    await keepTrying(options, async () => {
      all = await adapter.log.shards();
    });
    await Promise.all(all.map((shard) => consumeShard({ ...options, settings, gate }, shard, shards)));
  };
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: run(),
    paused: gate.paused,
    busy: () => shards.values().some(({ busy }) => busy),
    async waiting() {
      for (const { id } of await adapter.log.shards()) {
        const state = shards.get(id);
        if (state === undefined || (await adapter.log.latest(id)) !== state.position) return true;
      }
      return false;
    },
  };
};

const consumeShard = async <Entry extends Header, Header extends LogHeader>(
  consumer: Consumer<Entry, Header>,
  { id }: Shard,
  shards: Map<string, ShardState>,
): Promise<void> => {
  const { adapter, gate, events, signal } = consumer;
  await keepTrying(consumer, async () => {
    shards.set(id, { id, position: await readPosition(consumer, id), busy: false });
  });
  // Until its position was known the shard counted as waiting; who saw that must look again, for nothing may ever be read here.
  events.progressed();
  const state = shards.get(id);
  if (state === undefined) return;
  await keepRunning(consumer, async () => {
    await gate.open(signal);
    const read = await readBatch(consumer, state);
    if (read.last === undefined) {
      await adapter.log.waitForRecords({ shard: id, after: state.position, signal });
      return;
    }
    state.busy = true;
    events.began();
    try {
      await workOffRead(consumer, state, { entries: read.records, last: read.last });
    } finally {
      state.busy = false;
      events.progressed();
    }
  });
};

/** Where to read on. A checkpoint beyond the end is one of a log that was made anew, and would pass over its first records. */
const readPosition = async <Entry extends Header, Header extends LogHeader>(
  { prepared, source, adapter, checkpoints }: Consumer<Entry, Header>,
  shard: string,
): Promise<string | undefined> => {
  const key = consumerCheckpoint({ resource: source.resource, shard }, prepared.name);
  const stored = await checkpoints.get(key);
  const latest = await adapter.log.latest(shard);
  const isBeyond = stored !== undefined && (latest === undefined || compareSequences(stored, latest) > 0);
  if (stored === undefined || isBeyond) await checkpoints.set(key, NOTHING_READ);
  return isBeyond || stored === NOTHING_READ ? undefined : stored;
};

const MOST_READ = 10_000;

/** Reads what is there, and waits for more where the source asks for fuller batches. */
const readBatch = async <Entry extends Header, Header extends LogHeader>(
  { prepared, adapter, settings, signal }: Consumer<Entry, Header>,
  { id, position }: ShardState,
) => {
  const { batchSize, parallelization, batchWindowSeconds } = settings;
  // Headers are cheap: where they decide, many are looked at for few records, or the consumer of a tenth of a busy log falls far behind.
  const limit = adapter.headerFilter === undefined ? Math.min(MOST_READ, batchSize * parallelization) : MOST_READ;
  const read = () => adapter.log.read({ shard: id, after: position, limit, filter: adapter.headerFilter });
  const first = await read();
  if (batchWindowSeconds === 0 || first.last === undefined || first.scanned >= limit) return first;
  await prepared.host.platform.clock.sleep(batchWindowSeconds * 1_000, signal);
  return read();
};

/** Works off what was read, in parallel across keys if the source asks for it, and moves the checkpoint as far as everything is done. */
const workOffRead = async <Entry extends Header, Header extends LogHeader>(
  consumer: Consumer<Entry, Header>,
  state: ShardState,
  { entries, last }: { entries: Entry[]; last: string },
): Promise<void> => {
  const { prepared, source, adapter, settings, checkpoints } = consumer;
  const { recordFilter } = adapter;
  const records = recordFilter === undefined ? entries : entries.filter(recordFilter);
  // Made first: while they cannot be made, no record is to blame, and none uses up its attempts.
  await prepared.services();
  const lists = partitionByGroup(records, settings.parallelization, adapter.groupOf);
  const done = await Promise.all(lists.map((list) => workOffList(consumer, list, state.id)));
  const [first = []] = lists;
  const [firstDone = 0] = done;
  const isComplete = lists.every((list, index) => list.length === done[index]);
  // Stopped half-way: with one list it is known how far everything is done.
  const reached = isComplete ? last : lists.length === 1 ? first[firstDone - 1]?.sequence : undefined;
  if (reached === undefined) return;
  await checkpoints.set(consumerCheckpoint({ resource: source.resource, shard: state.id }, prepared.name), reached);
  state.position = reached;
};

const workOffList = <Entry extends Header, Header extends LogHeader>(
  consumer: Consumer<Entry, Header>,
  list: readonly Entry[],
  shard: string,
): Promise<number> => {
  const { prepared, adapter, settings, backOff, signal, events } = consumer;
  return workOff(list, {
    invoke: (batch) => invokeStream(consumer, batch, shard),
    policy: settings,
    clock: prepared.host.platform.clock,
    backOff,
    signal,
    arrivedAtMs: adapter.arrivedAtMs,
    rejectionOf: (record, reason) => ({
      position: adapter.position(record),
      reason,
      payload: adapter.payload(record),
      shard: settings.windowSeconds > 0 ? shard : undefined,
    }),
    async giveUp(rejections) {
      await prepared.deadLetters.add(prepared.name, rejections);
    },
    onFailure: (error) => events.failed(prepared.name, error),
  });
};
