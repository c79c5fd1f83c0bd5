import type { MessageToProduce, ProduceResult, Producer } from '@platformatic/kafka';
import type { Clock, PublishResult } from '@verifiedfan/ports';
import type { Encoded } from './checks.ts';
import { toPortError } from './errors.ts';

/** What is needed of the client's producer. */
export type SendingProducer = Pick<Producer, 'close'> & {
  send(request: { messages: MessageToProduce[] }): Promise<ProduceResult>;
};
export type SenderOptions = { topic: string; producer: () => SendingProducer; clock: Clock };
export type Placement = { message: Encoded; partition: number };

type Waiting = Placement & { settle: (result: PublishResult) => void };

/** What a broker takes as one batch of a partition by default (1 MiB), less what surrounds the messages. */
const MAX_BATCH_BYTES = 900_000;
/** Of one request, over all partitions. */
const MAX_REQUEST_BYTES = 8_000_000;
const MAX_REQUEST_MESSAGES = 10_000;
/** What a record costs besides its parts, roughly. */
const RECORD_BYTES = 80;

/** Base offsets by partition of what was stored, also of a request that failed in part. */
const storedOffsets = (topic: string, found: unknown): Map<number, bigint> => {
  const offsets = new Map<number, bigint>();
  const result = found as { offsets?: ProduceResult['offsets']; produced?: ProduceResult };
  for (const { topic: name, partition, offset } of result.offsets ?? result.produced?.offsets ?? []) {
    if (name === topic && offset >= 0n) offsets.set(partition, offset);
  }
  return offsets;
};

/**
 * Sends messages in the order in which they came. One request is under way at a time, and what comes meanwhile goes together in the next:
 * an idempotent producer numbers its batches, and a failed one in the middle of several would make the client start a new numbering,
 * under which the others could be stored again.
 */
export const createSender = ({ topic, producer: open, clock }: SenderOptions) => {
  const waiting: Waiting[] = [];
  let producer: SendingProducer | undefined;
  let running: Promise<void> | undefined;

  /** The next messages: as many as fit, but behind a full batch of a partition nothing more of that partition. */
  const takeNext = (): Waiting[] => {
    const batches = new Map<number, number>();
    const taken: Waiting[] = [];
    const left: Waiting[] = [];
    let total = 0;
    for (const one of waiting) {
      const bytes = one.message.bytes + RECORD_BYTES;
      const batch = batches.get(one.partition) ?? 0;
      const fits =
        taken.length < MAX_REQUEST_MESSAGES &&
        total + bytes <= MAX_REQUEST_BYTES &&
        (batch === 0 || batch + bytes <= MAX_BATCH_BYTES);
      // Anything above the limit closes the partition for this request, so that a smaller one behind it does not overtake.
      batches.set(one.partition, fits ? batch + bytes : Number.POSITIVE_INFINITY);
      if (fits) {
        total += bytes;
        taken.push(one);
      } else left.push(one);
    }
    waiting.splice(0, waiting.length, ...left);
    return taken;
  };

  const settleAll = (taken: readonly Waiting[], offsets: Map<number, bigint>, error?: unknown): void => {
    const next = new Map(offsets);
    const failed = error === undefined ? undefined : toPortError(error, { operation: 'publish', resource: topic });
    for (const { partition, settle } of taken) {
      const offset = next.get(partition);
      if (offset === undefined) {
        settle({ error: failed ?? toPortError(new Error('no answer'), { operation: 'publish', resource: topic }) });
        continue;
      }
      next.set(partition, offset + 1n);
      settle({ partition, offset: String(offset) });
    }
  };

  const send = async (taken: readonly Waiting[]): Promise<void> => {
    const timestamp = BigInt(clock.now());
    const messages = taken.map(({ message: { key, value, headers }, partition }) => ({
      topic,
      partition,
      timestamp,
      headers,
      ...(key === null ? {} : { key }),
      ...(value === null ? {} : { value }),
    }));
    producer ??= open();
    try {
      settleAll(taken, storedOffsets(topic, await producer.send({ messages })));
    } catch (error) {
      settleAll(taken, storedOffsets(topic, error), error);
    }
  };

  const work = async (): Promise<void> => {
    // Whoever publishes in the same turn of the event loop shares the request.
    await Promise.resolve();
    while (waiting.length > 0) await send(takeNext());
    running = undefined;
  };

  return {
    /** Resolves with one result per message. */
    send(placements: readonly Placement[]): Promise<PublishResult[]> {
      const results = placements.map(
        (placement) => new Promise<PublishResult>((settle) => waiting.push({ ...placement, settle })),
      );
      running ??= work();
      return Promise.all(results);
    },
    async close(): Promise<void> {
      await running;
      await producer?.close();
    },
  };
};

export type Sender = ReturnType<typeof createSender>;
