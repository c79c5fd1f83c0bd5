import type { Clock, Item, Table } from '@verifiedfan/ports';
import { type Claim, claim, release, stillClaimed } from './claim.ts';
import { asError } from './errors.ts';
import { eventId } from './ids.ts';
import { cursorKey, messageKey, type StoredMessage } from './outbox.ts';

export type RelayOptions = {
  table: Table;
  destination: string;
  group: string;
  /** Unique to this run of the relay. */
  owner: string;
  /** Longer than one publication takes; it starts anew with every message sent. */
  leaseMs: number;
  clock: Clock;
  /**
   * Publishes one message. Its `id` and `sequence` go along: after a crash the same message is published again under the same id, and
   * receivers drop what they have seen. An error whose `retryable` is false ends in `reject`, any other stops the relay here.
   */
  publish(message: StoredMessage): Promise<void>;
  /** Puts a message that can never be published among the dead letters, under its id. Later messages of the group go on. */
  reject(message: StoredMessage, error: Error): Promise<void>;
  /** Most messages of this run, so that one busy group cannot hold up others. @default 100 */
  max?: number;
};

export type RelayResult = {
  /**
   * `drained` nothing was left when it ended · `more` it stopped at `max` · `held` another relay is at it, come back ·
   * `lost` the lease was taken over · `stopped` a message could not be published for now, see `error`
   */
  outcome: 'drained' | 'more' | 'held' | 'lost' | 'stopped';
  sent: number;
  rejected: number;
  error?: Error;
};

const IDLE = 'idle';
const RELAYING = 'relaying';

const toMessage = (item: Item): StoredMessage => ({
  id: String(item.id),
  destination: String(item.destination),
  group: String(item.group),
  sequence: Number(item.sequence),
  event: item.event ?? null,
});

const isPermanent = (error: Error): boolean => 'retryable' in error && error.retryable === false;

/** Publishes, or rejects for good; throws what may pass. */
const deliver = async ({ publish, reject }: RelayOptions, message: StoredMessage): Promise<'sent' | 'rejected'> => {
  try {
    await publish(message);
    return 'sent';
  } catch (thrown) {
    const error = asError(thrown);
    if (!isPermanent(error)) throw error;
    await reject(message, error);
    return 'rejected';
  }
};

/** Message and cursor move together, and only under the lease: a relay that was overtaken cannot move the cursor back. */
const mark = async (options: RelayOptions, held: Claim, message: StoredMessage, what: 'sent' | 'rejected') => {
  const { table, destination, group, clock, leaseMs } = options;
  const now = clock.now();
  const { outcome } = await table.transact(
    [
      { update: messageKey(message), set: { [`${what}AtMs`]: now }, condition: { exists: 'PK' } },
      {
        update: cursorKey(destination, group),
        set: { lastSent: message.sequence, leaseUntilMs: now + leaseMs },
        condition: stillClaimed(held),
      },
    ],
    { token: eventId([message.id, held.owner, what], held.attempt) },
  );
  return outcome === 'applied';
};

const nextMessages = async (
  { table, destination, group }: RelayOptions,
  lastSent: number,
): Promise<StoredMessage[]> => {
  const { PK, SK } = messageKey({ destination, group, sequence: lastSent });
  const page = await table.query({ PK, SK: { greater: SK }, limit: 25 });
  return page.items.map(toMessage);
};

const relayClaimed = async (options: RelayOptions, held: Claim, from: number): Promise<RelayResult> => {
  const { max = 100 } = options;
  const result: RelayResult = { outcome: 'drained', sent: 0, rejected: 0 };
  let lastSent = from;
  for (;;) {
    const messages = await nextMessages(options, lastSent);
    if (messages.length === 0) return result;
    for (const message of messages) {
      if (result.sent + result.rejected >= max) return { ...result, outcome: 'more' };
      try {
        const what = await deliver(options, message);
        if (!(await mark(options, held, message, what))) return { ...result, outcome: 'lost' };
        result[what] += 1;
      } catch (thrown) {
        return { ...result, outcome: 'stopped', error: asError(thrown) };
      }
      lastSent = message.sequence;
    }
  }
};

/**
 * Publishes the unsent messages of one group in order, the lowest first, as the only relay at it. A crash at any step loses nothing: what
 * was published but not marked is published again with the same id once the lease has run out. Throws only what claiming throws.
 */
export const relayGroup = async (options: RelayOptions): Promise<RelayResult> => {
  const { table, destination, group, owner, leaseMs, clock } = options;
  const key = cursorKey(destination, group);
  const claimed = await claim({ table, key, owner, leaseMs, clock, from: [IDLE], to: RELAYING, orAbsent: true });
  if (claimed.outcome !== 'claimed') return { outcome: 'held', sent: 0, rejected: 0 };
  const lastSent = Number(claimed.item?.lastSent ?? 0);
  const result = await relayClaimed(options, claimed.claim, lastSent);
  if (result.outcome === 'lost') return result;
  try {
    await release({ table, claim: claimed.claim, state: IDLE });
    return result;
  } catch (thrown) {
    // What was sent is sent, and the lease ends by itself.
    return { ...result, error: result.error ?? asError(thrown) };
  }
};
