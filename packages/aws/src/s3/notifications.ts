import { assertOptions, assertWhole, invalid } from '@verifiedfan/driver';
import type { BucketNotifications, Clock, Queue, ReceiveOptions } from '@verifiedfan/ports';
import { readS3Message } from './event.ts';
import { createHeldUploads } from './held-uploads.ts';

export type S3NotificationsOptions = {
  /** Whose uploads are told: its name in the catalogue, and the one at S3. */
  bucket: { readonly name: string; readonly bucketName: string };
  /** A standard queue to which this bucket, and nothing else, sends `s3:ObjectCreated:*`. */
  queue: Queue;
  clock: Clock;
  /** How long an upload stays with this process without a sign of life, in seconds; three signs are given in that time. @default 120 */
  visibilitySeconds?: number | undefined;
};

export type S3Notifications = Omit<BucketNotifications, 'waitForNotifications'> & {
  /** Resolves when an upload behind `after` is pending, or when the signal aborts. @default any pending upload */
  waitForNotifications(signal: AbortSignal, after?: string): Promise<void>;
  /** Whether the queue hides uploads that this process does not hold: those of a process that died, which will be told again. */
  hasHidden(): Promise<boolean>;
  /** Gives what was received and not acknowledged back to the queue at once. */
  close(): Promise<void>;
};

const MOST_AT_ONCE = 10_000;
/** How long one wait asks the queue; it is then asked again. */
const LONG_POLL_MS = 20_000;
const SIGNS_OF_LIFE = 3;

const numberOf = (id: string): number => {
  if (!/^\d{1,15}$/.test(id)) throw invalid('this is not the id of a notification');
  return Number(id);
};

/**
 * Uploads into a bucket on S3, which S3 tells through a queue, for a process that polls. What was received stays hidden in the queue while
 * this process lives and is deleted when it is acknowledged; after a crash the queue tells it again, and its receive count is then the
 * number of attempts. A message that is none of this bucket's stays in the queue, for its dead-letter queue.
 */
export const createS3Notifications = (options: S3NotificationsOptions): S3Notifications => {
  const { bucket, queue, clock, visibilitySeconds = 120 } = options;
  assertOptions(options, ['bucket', 'queue', 'clock', 'visibilitySeconds']);
  assertWhole('visibilitySeconds', visibilitySeconds, 1, 43_200);
  const held = createHeldUploads(bucket.name);
  const closing = new AbortController();
  let receiving: Promise<void> = Promise.resolve();
  let living: Promise<void> | undefined;
  /** Messages that are none of this bucket's and were met, with the time until which the queue hides them. */
  const foreign = new Map<string, number>();
  /** Those who wait; called when an upload came, whoever received it. */
  const waiting = new Set<() => void>();

  const keepHidden = async (): Promise<void> => {
    while (held.size > 0 && !closing.signal.aborted) {
      await clock.sleep((visibilitySeconds * 1_000) / SIGNS_OF_LIFE, closing.signal);
      if (closing.signal.aborted) break;
      // One that fails is told again later, which is allowed; the next sign comes in any case.
      await queue.changeVisibility(held.receipts(), visibilitySeconds).catch(() => undefined);
    }
    living = undefined;
  };

  /** Answers how many messages came, those that tell nothing included. */
  const receive = async (request: Pick<ReceiveOptions, 'max' | 'waitMs' | 'signal'>): Promise<number> => {
    const empty: string[] = [];
    const messages = await queue.receive({ ...request, visibilitySeconds });
    for (const message of messages) {
      const read = readS3Message(message.body, bucket.bucketName);
      if (read.kind === 'foreign') {
        foreign.set(message.messageId, clock.now() + visibilitySeconds * 1_000);
        continue;
      }
      if (read.uploads.length === 0) empty.push(message.receiptHandle);
      else held.add(message, read.uploads);
    }
    if (held.size > 0) living ??= keepHidden();
    if (messages.length > 0) for (const wake of waiting) wake();
    if (empty.length > 0) await queue.deleteMany(empty);
    return messages.length;
  };

  /** One at a time, so that two readers of one page do not both fetch it. */
  const fill = (after: number, limit: number): Promise<void> => {
    const turn = receiving.then(async () => {
      let came = Number.POSITIVE_INFINITY;
      while (came > 0 && !closing.signal.aborted) {
        const missing = limit - held.behind(after, limit).length;
        came = missing > 0 ? await receive({ max: missing, waitMs: 0 }) : 0;
      }
    });
    receiving = turn.catch(() => undefined);
    return turn;
  };

  return {
    async pending({ limit, after = '0' }) {
      assertWhole('limit', limit, 1, MOST_AT_ONCE);
      const number = numberOf(after);
      await fill(number, limit);
      return held.behind(number, limit);
    },
    async attempted(id) {
      held.attempted(numberOf(id));
    },
    async acknowledge(id) {
      const removed = held.remove(numberOf(id));
      if (removed === undefined) return;
      const [deleted] = await queue.deleteMany([removed.receiptHandle]);
      if (deleted === undefined || !('error' in deleted) || !isRetryable(deleted.error)) return;
      // Any other error is an outdated receipt: the queue has told, or will tell, the message again, with a receipt of its own.
      removed.putBack();
      throw deleted.error;
    },
    async waitForNotifications(signal, after = '0') {
      const number = numberOf(after);
      const ended = AbortSignal.any([signal, closing.signal]);
      while (!ended.aborted && held.behind(number, 1).length === 0) {
        const woken = new AbortController();
        const wake = (): void => woken.abort();
        waiting.add(wake);
        try {
          // A long poll receives, as a look at the queue's depth would not; but who waits here would receive at once anyway.
          await receive({ max: 1, waitMs: LONG_POLL_MS, signal: AbortSignal.any([ended, woken.signal]) });
        } finally {
          waiting.delete(wake);
        }
      }
    },
    async hasHidden() {
      const { inFlight, delayed } = await queue.depth();
      for (const [messageId, untilMs] of foreign) if (untilMs <= clock.now()) foreign.delete(messageId);
      return inFlight + delayed > held.receipts().length + foreign.size;
    },
    async close() {
      if (closing.signal.aborted) return;
      closing.abort();
      await Promise.all([receiving, living]);
      if (held.size > 0) await queue.changeVisibility(held.receipts(), 0).catch(() => undefined);
    },
  };
};

const isRetryable = (error: Error): boolean => 'retryable' in error && error.retryable === true;
