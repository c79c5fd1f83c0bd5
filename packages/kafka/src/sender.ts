import type { MessageToProduce, ProduceResult, Producer } from '@platformatic/kafka';
import { type Clock, PortError, type PublishResult } from '@verifiedfan/ports';
import type { Encoded } from './checks.ts';
import { toPortError } from './errors.ts';

/** What is needed of the client's producer. */
export type SendingProducer = Pick<Producer, 'close'> & {
  send(request: { messages: MessageToProduce[] }): Promise<ProduceResult>;
};
export type SenderOptions = { topic: string; producer: () => SendingProducer; clock: Clock };
export type Placement = { message: Encoded; partition: number };

type Waiting = Placement & {
  settle: (result: PublishResult) => void;
  /** Of the call that this message belongs to: what became of keys of which a message failed. */
  failures: Map<string, PortError>;
};

/** What a broker takes as one batch of a partition by default (1 MiB), less what surrounds the messages. */
const MAX_BATCH_BYTES = 900_000;
/** Of one request, over all partitions. */
const MAX_REQUEST_BYTES = 8_000_000;
const MAX_REQUEST_MESSAGES = 10_000;
/** What a record costs besides its parts, roughly. */
const RECORD_BYTES = 80;

/** Messages without a key have no order among them. */
const keyOf = ({ message: { key } }: Waiting): string | undefined => key?.toString('latin1');

const failureBefore = (one: Waiting): PortError | undefined => {
  const key = keyOf(one);
  return key === undefined ? undefined : one.failures.get(key);
};

const heldBack = (resource: string, cause: PortError): PublishResult => {
  const message = `the message was not sent, since an earlier one of its key failed (${cause.code})`;
  return { error: new PortError({ code: 'unavailable', message, resource, cause }) };
};

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
 * under which the others could be stored again. Behind a message that failed nothing more of its key and its call is sent: its publisher does
 * not know yet, and would have to publish it again behind those. Other calls are not held back; theirs is another publisher, or one who knows.
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
      const failure = failureBefore(one);
      if (failure !== undefined) {
        one.settle(heldBack(topic, failure));
        continue;
      }
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
    const failed = toPortError(error ?? new Error('no answer'), { operation: 'publish', resource: topic });
    for (const one of taken) {
      const { partition, settle } = one;
      const offset = next.get(partition);
      if (offset === undefined) {
        const key = keyOf(one);
        if (key !== undefined) one.failures.set(key, failed);
        settle({ error: failed });
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
    while (waiting.length > 0) {
      const taken = takeNext();
      if (taken.length > 0) await send(taken);
    }
    running = undefined;
  };

  return {
    /** Resolves with one result per message. */
    send(placements: readonly Placement[]): Promise<PublishResult[]> {
      const failures = new Map<string, PortError>();
      const results = placements.map(
        (placement) => new Promise<PublishResult>((settle) => waiting.push({ ...placement, settle, failures })),
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
