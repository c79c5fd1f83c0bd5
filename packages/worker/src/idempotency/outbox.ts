import type { Check, Item, JsonValue, Key, Table, TableAction, TableQuery, TransactResult } from '@verifiedfan/ports';
import { IdempotencyError } from './errors.ts';
import { eventId } from './ids.ts';

/**
 * The outbox: what must be published because a row changed is written in the transaction that changes the row, so neither can exist without
 * the other. `relayGroup` publishes it later, in order per destination and group.
 *
 * Rows: the messages of a group under `outbox:<destination>#<group>` by sequence; per destination, under `outbox:<destination>`, a `head` row of
 * each group (the last sequence written) and a `cursor` row (the last one sent, and the relay's lease). Two rows, so that
 * writers and relay do not run into each other.
 */
export type OutboxMessage = {
  /** Where to publish, 1 to 128 of `A-Z a-z 0-9 . _ -`. */
  destination: string;
  /** What must stay in order among itself, such as a campaign's id. */
  group: string;
  /** Whole, at least 1, and rising inside the group over all transactions; gaps are fine. */
  sequence: number;
  event: JsonValue;
};

/** A message as the relay hands it out. `id` is the same however often it is published. */
export type StoredMessage = OutboxMessage & { id: string };

const DESTINATION = /^[A-Za-z0-9._-]{1,128}$/;

// Sort keys compare as text, so sequences have a fixed width: that of the largest safe integer.
const sequenceKey = (sequence: number): string => String(sequence).padStart(16, '0');

export const headKey = (destination: string, group: string): Key => ({
  PK: `outbox:${destination}`,
  SK: `head:${group}`,
});
export const cursorKey = (destination: string, group: string): Key => ({
  PK: `outbox:${destination}`,
  SK: `cursor:${group}`,
});
export const messageKey = ({ destination, group, sequence }: Omit<OutboxMessage, 'event'>): Key => ({
  PK: `outbox:${destination}#${group}`,
  SK: sequenceKey(sequence),
});

const checkMessage = ({ destination, sequence }: OutboxMessage): void => {
  if (!DESTINATION.test(destination))
    throw new IdempotencyError('misuse', 'a destination is 1 to 128 of A-Z a-z 0-9 . _ -');
  if (!Number.isSafeInteger(sequence) || sequence < 1) {
    throw new IdempotencyError('misuse', 'a sequence is a whole number of at least 1');
  }
};

const messageRow = (message: OutboxMessage): TableAction => {
  const { destination, group, sequence, event } = message;
  const id = eventId(['outbox', destination, group], sequence);
  return { put: { ...messageKey(message), id, destination, group, sequence, event }, condition: { absent: 'PK' } };
};

/** Refused when a message would come in behind one that may be sent already. */
const headRow = (messages: readonly [OutboxMessage, ...OutboxMessage[]]): TableAction => {
  const [{ destination, group }] = messages;
  const sequences = messages.map(({ sequence }) => sequence);
  return {
    update: headKey(destination, group),
    set: { group, lastWritten: Math.max(...sequences) },
    condition: { any: [{ absent: 'lastWritten' }, { less: ['lastWritten', Math.min(...sequences)] }] },
  };
};

/** The actions that put messages into the outbox, for a transaction of the caller's own. */
export const outboxActions = (messages: readonly OutboxMessage[]): TableAction[] => {
  messages.forEach(checkMessage);
  const heads = new Map<string, [OutboxMessage, ...OutboxMessage[]]>();
  for (const message of messages) {
    const name = JSON.stringify([message.destination, message.group]);
    const same = heads.get(name);
    if (same === undefined) heads.set(name, [message]);
    else same.push(message);
  }
  return [...messages.map(messageRow), ...[...heads.values()].map(headRow)];
};

export type WriteWithOutboxOptions = {
  table: Table;
  /** The change itself; its condition decides. Together with the outbox at most 100 rows. */
  actions: readonly (TableAction | Check)[];
  messages: readonly OutboxMessage[];
  /** 1 to 36 characters, the same for every attempt at this change. */
  token: string;
};

/**
 * Writes the change and its messages, or neither. The reasons of a refusal are those of `actions` first, then one for each message, then one
 * for each group.
 */
export const writeWithOutbox = ({ table, actions, messages, token }: WriteWithOutboxOptions): Promise<TransactResult> =>
  table.transact([...actions, ...outboxActions(messages)], { token });

const allItems = async (table: Table, query: TableQuery): Promise<Item[]> => {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await table.query(cursor === undefined ? query : { ...query, cursor });
    items.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return items;
};

/** The groups that have unsent messages: what to relay after a start, when nothing may wake the relay any more. */
export const pendingGroups = async ({
  table,
  destination,
}: {
  table: Table;
  destination: string;
}): Promise<string[]> => {
  const PK = `outbox:${destination}`;
  const cursors = await allItems(table, { PK, SK: { beginsWith: 'cursor:' } });
  const sent = new Map(cursors.map((cursor) => [cursor.SK.slice('cursor:'.length), Number(cursor.lastSent ?? 0)]));
  const heads = await allItems(table, { PK, SK: { beginsWith: 'head:' } });
  return heads
    .map((head) => ({ group: head.SK.slice('head:'.length), lastWritten: Number(head.lastWritten) }))
    .filter(({ group, lastWritten }) => lastWritten > (sent.get(group) ?? 0))
    .map(({ group }) => group);
};
