import { type Platform, PortError, type Queue, type ReceivedMessage } from '@verifiedfan/ports';
import { invoke, type PreparedWorker, toError } from '@verifiedfan/worker';
import { whileHidden } from '../mappings/while-hidden.ts';
import { createObservers, observed } from '../observers.ts';
import { type GivenUp, readGivenUp } from './given-up.ts';
import { recoverRecords } from './recover-records.ts';

export type RecoverOptions = {
  prepared: PreparedWorker;
  /** Where Lambda writes what it gave up of this worker. */
  queue: Queue;
  /** Has the streams and tables that the worker reads. */
  sources: Pick<Platform, 'stream' | 'table'>;
  signal: AbortSignal;
};

/** What became of one message. */
export type Recovered = {
  messageId: string;
  /** `done`: every record was worked off or is a dead letter, and the message is gone. `failed`: it stays where it is. */
  outcome: 'done' | 'failed';
  records: number;
  deadLettered: number;
  reason?: string;
};

const VISIBILITY_SECONDS = 120;
const WAIT_MS = 1_000;

/**
 * Works off what Lambda gave up of a worker, message by message, as a mapping would: what fails again ends as dead letters, row by row. A message that
 * cannot be worked off is kept, and told with its reason. Ends when every message was seen once.
 */
export async function* recoverMessages(options: RecoverOptions): AsyncGenerator<Recovered> {
  const { queue, signal } = options;
  const kept: ReceivedMessage[] = [];
  const seen = new Set<string>();
  try {
    while (!signal.aborted) {
      const received = await queue.receive({ max: 1, waitMs: WAIT_MS, visibilitySeconds: VISIBILITY_SECONDS, signal });
      const [message] = received;
      if (message === undefined) return;
      const isNew = !seen.has(message.messageId);
      const recovered = isNew ? await recoverOne(options, message) : undefined;
      if (recovered?.outcome !== 'done') kept.push(message);
      // It was hidden for so long and came again: all others have been seen as well.
      if (recovered === undefined) return;
      seen.add(message.messageId);
      yield recovered;
    }
  } finally {
    const handles = kept.map(({ receiptHandle }) => receiptHandle);
    // What cannot be shown at once shows by itself.
    if (handles.length > 0) await queue.changeVisibility(handles, 0).catch(() => undefined);
  }
}

const recoverOne = async (options: RecoverOptions, message: ReceivedMessage): Promise<Recovered> => {
  const { queue } = options;
  const { messageId } = message;
  let deadLettered = 0;
  const observers = createObservers(options.prepared.host.log);
  observers.add({
    deadLettered(_worker, count) {
      deadLettered += count;
    },
  });
  const prepared = observed(options.prepared, observers);
  try {
    const given = readGivenUp(message.body, prepared);
    if (given === undefined)
      throw new PortError({ code: 'validation', message: 'this is nothing that Lambda gave up of this worker' });
    const hidden = { prepared, queue, visibilitySeconds: VISIBILITY_SECONDS };
    const records = await whileHidden(hidden, [message], () => workOffGivenUp({ ...options, prepared }, given));
    const [result] = await queue.deleteMany([message.receiptHandle]);
    if (result !== undefined && 'error' in result) throw result.error;
    return { messageId, outcome: 'done', records, deadLettered };
  } catch (error) {
    return { messageId, outcome: 'failed', records: 0, deadLettered, reason: toError(error).message };
  }
};

/** How many records it was. Throws unless each of them is done with. */
const workOffGivenUp = async ({ prepared, sources, signal }: RecoverOptions, given: GivenUp): Promise<number> => {
  if (given.kind === 'event') {
    await invoke(prepared, given.event, { signal });
    return 1;
  }
  const { records, isWhole, isDone } = await recoverRecords({ prepared, part: given, sources, signal });
  if (!isDone) throw new PortError({ code: 'unavailable', message: 'interrupted' });
  if (!isWhole)
    throw new PortError({
      code: 'not_found',
      message: `${given.resource} does not keep all records of ${given.shard} from ${given.first} to ${given.last} any more; the ${records} that are left were worked off`,
    });
  return records;
};
