import type { JsonValue } from '@verifiedfan/ports';
import type { Handler } from '@verifiedfan/worker';
import type { Chance } from './chance.ts';
import { assertEquations } from './equations.ts';
import { ProcessDiedError } from './invocation.ts';

export type LogEntry = { sequence: string };

export type ConsumerOptions<Entry extends LogEntry> = {
  worker: string;
  shard: string;
  log: {
    read(options: { shard: string; after: string | undefined; limit: number }): Promise<{
      records: Entry[];
      scanned: number;
    }>;
  };
  handler: Handler;
  /** The AWS event of some records of the shard. */
  eventOf(records: readonly Entry[]): JsonValue;
};

export type Consumer = {
  name: string;
  /** One invocation: new records, or a batch that was there before. Resolves to whether there was anything. */
  step(chance: Chance, faults: { replays: number; forgets: number }): Promise<boolean>;
  /** Whether everything was handled. */
  idle(): Promise<boolean>;
  /** Everything from the beginning, once more. */
  again(): Promise<void>;
};

/** One worker at one shard, as an event source mapping runs it: in order, from a checkpoint, partial failures from the first one on. */
export const createConsumer = <Entry extends LogEntry>(options: ConsumerOptions<Entry>): Consumer => {
  const { worker, shard, log, handler, eventOf } = options;
  let position: string | undefined;
  const earlier: (string | undefined)[] = [undefined];
  const invoke = async (records: readonly Entry[]): Promise<number | undefined> => {
    try {
      const answer = (await handler(eventOf(records))) as { batchItemFailures: { itemIdentifier: string }[] };
      assertEquations(worker, answer);
      const [failure] = answer.batchItemFailures;
      if (failure === undefined) return undefined;
      const at = records.findIndex(({ sequence }) => sequence === failure.itemIdentifier);
      if (at === -1) throw new RangeError(`${worker} reports a record that it was not given`);
      return at;
    } catch (error) {
      if (isTransient(error)) return 0;
      throw error;
    }
  };
  return {
    name: `${worker} ${shard}`,
    idle: async () => (await log.read({ shard, after: position, limit: 1 })).scanned === 0,
    async again() {
      const { records } = await log.read({ shard, after: undefined, limit: 10_000 });
      if (records.length > 0) await invoke(records);
    },
    async step(chance, { replays, forgets }) {
      const isReplay = chance.percent(replays);
      const after = isReplay ? chance.oneOf(earlier) : position;
      const { records } = await log.read({ shard, after, limit: chance.between(1, 8) });
      if (records.length === 0) return false;
      const failedAt = await invoke(records);
      // A crash between the work and its acknowledgement.
      if (isReplay || chance.percent(forgets)) return true;
      earlier.push(position);
      position = (failedAt === undefined ? records.at(-1) : records[failedAt - 1])?.sequence ?? position;
      return true;
    },
  };
};

/** What a platform would try again; anything else is a mistake of the worker. */
export const isTransient = (error: unknown): boolean =>
  error instanceof ProcessDiedError ||
  (error instanceof Error && 'retryable' in error && error.retryable === true && !(error instanceof TypeError));
