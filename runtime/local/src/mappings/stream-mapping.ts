import { consumerCheckpoint } from '@verifiedfan/platform';
import type { Checkpoints, Shard } from '@verifiedfan/ports';
import type { PreparedWorker, Source } from '@verifiedfan/worker';
import type { LogHeader, StreamAdapter } from './adapters.ts';
import type { BackOff } from './back-off.ts';
import { followShards } from './follow-shards.ts';
import { createGate, type Gate } from './gate.ts';
import { invokeStream } from './invoke-stream.ts';
import { keepRunning, keepTrying } from './keep-running.ts';
import type { Mapping, MappingEvents } from './mapping.ts';
import { hasMore, readBatch, readPosition, type ShardState, type StreamSettings } from './read-shard.ts';
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

type Consumer<Entry extends Header, Header extends LogHeader> = StreamMappingOptions<Entry, Header> & {
  settings: StreamSettings;
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
  const gate = createGate(prepared);
  const shards = new Map<string, ShardState>();
  const list = async (): Promise<Shard[]> => {
    let all: Shard[] = [];
    await keepTrying(options, async () => {
      all = await adapter.log.shards();
    });
    return all;
  };
  const consume = (shard: Shard): Promise<void> => consumeShard({ ...options, settings, gate }, shard, shards);
  return {
    worker: prepared.name,
    resource: source.resource,
    finished: followShards({ list, consume, rest: options.backOff, signal: options.signal }),
    paused: gate.paused,
    busy: () => shards.values().some(({ busy }) => busy),
    async waiting() {
      for (const { id } of await adapter.log.shards()) {
        const state = shards.get(id);
        if (state === undefined || (await hasMore(adapter, state))) return true;
      }
      return false;
    },
  };
};

/** Resolves when the shard is closed and read to its end, or after the signal. */
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
    const { entries, last, closed } = await readBatch(consumer, state);
    if (last === undefined) {
      if (!closed) await adapter.log.waitForRecords({ shard: id, after: state.position, signal });
      return closed ? 'done' : undefined;
    }
    state.busy = true;
    events.began();
    try {
      await workOffRead(consumer, state, { entries, last });
    } finally {
      state.busy = false;
      events.progressed();
    }
    return undefined;
  });
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
  const done = await allEnded(lists.map((list) => workOffList(consumer, list, state.id)));
  const [first = []] = lists;
  const [firstDone = 0] = done;
  const isComplete = lists.every((list, index) => list.length === done[index]);
  // Stopped half-way: with one list it is known how far everything is done.
  const reached = isComplete ? last : lists.length === 1 ? first[firstDone - 1]?.sequence : undefined;
  if (reached === undefined) return;
  await checkpoints.set(consumerCheckpoint({ resource: source.resource, shard: state.id }, prepared.name), reached);
  state.position = reached;
};

/** Like `Promise.all`, but never leaves one running: what is repeated after a failure must not meet itself. */
const allEnded = async <T>(running: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(running);
  return Promise.all(running);
};

const workOffList = <Entry extends Header, Header extends LogHeader>(
  consumer: Consumer<Entry, Header>,
  list: readonly Entry[],
  shard: string,
): Promise<number> => {
  const { prepared, adapter, settings, gate, backOff, signal, events } = consumer;
  return workOff(list, {
    ready: () => gate.open(signal),
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
