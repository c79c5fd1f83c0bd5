import { assertWhole, invalid } from '@verifiedfan/driver';
import type {
  Clock,
  OutgoingMessage,
  PortError,
  Queue,
  Random,
  ReceivedMessage,
  ReceiveOptions,
} from '@verifiedfan/ports';
import type { SqliteFile } from './file.ts';
import { findFlaw } from './queue-message.ts';
import { type Redrive, readReceipt, takeMessages, toMessage } from './queue-receive.ts';
import type { QueueStatements } from './queue-statements.ts';
import type { Waiting } from './waiting.ts';

const SECOND_MS = 1_000;
const MAX_VISIBILITY_SECONDS = 43_200;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html */
const DEDUPLICATION_MS = 5 * 60 * SECOND_MS;

export type QueueParts = {
  name: string;
  fifo: boolean;
  visibilitySeconds: number;
  file: SqliteFile;
  statements: QueueStatements;
  waiting: Waiting;
  clock: Clock;
  random: Random;
  redrive: Redrive | undefined;
};

const sendOne = ({ statements, random }: QueueParts, message: OutgoingMessage, nowMs: number): string => {
  const { body, attributes = {}, delaySeconds = 0, group = null, deduplicationId = null } = message;
  if (statements.sent && deduplicationId !== null) {
    const earlier = statements.sent.find.get(deduplicationId);
    if (earlier) return String(earlier.message_id);
  }
  const messageId = random.uuid();
  const visibleAtMs = nowMs + delaySeconds * SECOND_MS;
  statements.insert.run(visibleAtMs, nowMs, messageId, group, deduplicationId, JSON.stringify(attributes), body);
  if (deduplicationId !== null) statements.sent?.put.run(deduplicationId, messageId, nowMs);
  return messageId;
};

/** A receipt whose receive is still the newest of its message; `expired` when the message shows again. */
type Holding = { sequence: number; expired: boolean; receivedAtMs: number };

const findHolding = (parts: QueueParts, handle: string): Holding | 'malformed' | 'gone' | 'stale' => {
  const receipt = readReceipt(handle);
  if (!receipt) return 'malformed';
  const { sequence, receiveCount, messageId } = receipt;
  const row = parts.statements.find.get(sequence, messageId);
  if (!row) return 'gone';
  if (Number(row.receive_count) !== receiveCount) return 'stale';
  return { sequence, expired: Number(row.visible_at) <= parts.clock.now(), receivedAtMs: Number(row.received_at) };
};

const deleteOne = (parts: QueueParts, handle: string): { deleted: true } | { error: PortError } => {
  const { name, fifo } = parts;
  const holding = findHolding(parts, handle);
  if (holding === 'malformed') return { error: invalid('this is not a receipt handle', name) };
  if (holding === 'gone') return { deleted: true };
  if (holding === 'stale' || holding.expired) {
    if (fifo) return { error: invalid('the receipt handle has expired', name) };
    // A standard queue answers a stale handle as if it had deleted; the message now belongs to its newer receiver.
    if (holding === 'stale') return { deleted: true };
  }
  parts.statements.remove.run(holding.sequence);
  return { deleted: true };
};

const changeOne = (parts: QueueParts, handle: string, durationMs: number): { changed: true } | { error: PortError } => {
  const { name, statements, clock } = parts;
  const holding = findHolding(parts, handle);
  if (typeof holding === 'string' || holding.expired)
    return { error: invalid('the message is not in flight under this handle', name) };
  const visibleAtMs = clock.now() + durationMs;
  if (visibleAtMs > holding.receivedAtMs + MAX_VISIBILITY_SECONDS * SECOND_MS) {
    return {
      error: invalid(`a message stays hidden for at most ${MAX_VISIBILITY_SECONDS} seconds from its receive`, name),
    };
  }
  statements.show.run(visibleAtMs, holding.sequence);
  return { changed: true };
};

/** Puts one queue together. All queues of a store share its file, so a move to the dead-letter queue is one transaction. */
export const createQueue = (parts: QueueParts): Queue => {
  const { name, fifo, visibilitySeconds, file, statements, waiting, clock, redrive } = parts;

  const takeNow = (max: number, hiddenSeconds: number): ReceivedMessage[] => {
    const nowMs = clock.now();
    const { messages, moved } = file.transact(() =>
      takeMessages({ statements, fifo, redrive, max, nowMs, visibilityMs: hiddenSeconds * SECOND_MS }),
    );
    if (moved > 0) redrive?.arrived();
    if (moved > 0 || messages.length > 0) waiting.changed();
    return messages;
  };

  /** Waits for a message or for `deadlineMs`, and leaves no timer behind. */
  const pause = async (deadlineMs: number, signal: AbortSignal | undefined): Promise<void> => {
    const done = new AbortController();
    const stop = signal ? AbortSignal.any([signal, done.signal]) : done.signal;
    await Promise.race([waiting.wait(stop), clock.sleep(deadlineMs - clock.now(), stop)]);
    done.abort();
  };

  const receive = async (options: ReceiveOptions): Promise<ReceivedMessage[]> => {
    const { max, waitMs = 0, visibilitySeconds: hiddenSeconds = visibilitySeconds, signal } = options;
    assertWhole('max', max, 1, 10_000);
    assertWhole('visibilitySeconds', hiddenSeconds, 0, MAX_VISIBILITY_SECONDS);
    if (!(waitMs >= 0)) throw invalid('waitMs must be 0 or more', name);
    const deadlineMs = clock.now() + waitMs;
    while (!signal?.aborted) {
      const messages = takeNow(max, hiddenSeconds);
      if (messages.length > 0 || clock.now() >= deadlineMs) return messages;
      await pause(deadlineMs, signal);
    }
    return [];
  };

  return {
    name,
    fifo,
    receive,
    async sendMany(messages) {
      const flaws = messages.map((message) => findFlaw(message, fifo, name));
      const nowMs = clock.now();
      const results = file.transact(() => {
        statements.sent?.forget.run(nowMs - DEDUPLICATION_MS);
        return messages.map((message, index) => {
          const error = flaws[index];
          return error ? { error } : { messageId: sendOne(parts, message, nowMs) };
        });
      });
      waiting.changed();
      return results;
    },
    async deleteMany(receiptHandles) {
      const results = file.transact(() => receiptHandles.map((handle) => deleteOne(parts, handle)));
      // On a FIFO queue this may have been the message that held its group back.
      waiting.changed();
      return results;
    },
    async changeVisibility(receiptHandles, seconds) {
      assertWhole('visibilitySeconds', seconds, 0, MAX_VISIBILITY_SECONDS);
      const results = file.transact(() =>
        receiptHandles.map((handle) => changeOne(parts, handle, seconds * SECOND_MS)),
      );
      waiting.changed();
      return results;
    },
    async depth() {
      const row = file.run(() => statements.depth.get({ now: clock.now() }));
      const [inFlight, delayed] = [Number(row?.in_flight), Number(row?.delayed)];
      return { visible: Number(row?.total) - inFlight - delayed, inFlight, delayed };
    },
    async peek({ limit, after = '0' }) {
      assertWhole('limit', limit, 1, 10_000);
      if (!/^\d{1,15}$/.test(after)) throw invalid('after must be what an earlier peek answered as last', name);
      const rows = file.run(() => statements.page.all(Number(after), limit));
      const last = rows.at(-1)?.sequence;
      return {
        messages: rows.map((row) => toMessage(row, fifo, '')),
        last: last === undefined ? undefined : String(last),
      };
    },
    async waitForMessages(signal) {
      file.run(() => undefined);
      await waiting.wait(signal);
    },
  };
};
