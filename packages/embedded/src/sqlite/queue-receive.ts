import type { SQLOutputValue } from 'node:sqlite';
import type { ReceivedMessage } from '@verifiedfan/ports';
import type { QueueStatements } from './queue-statements.ts';

type Row = Record<string, SQLOutputValue>;

/** Where messages go that were received too often. */
export type Redrive = { maxReceiveCount: number; target: number; arrived: () => void };

export type TakeOptions = {
  statements: QueueStatements;
  fifo: boolean;
  redrive: Redrive | undefined;
  max: number;
  nowMs: number;
  visibilityMs: number;
};

/** A receive ends early at this many characters, so that 10,000 messages of 1 MiB do not fill the memory. */
const MAX_TAKEN_CHARACTERS = 16 * 1_048_576;

/** Names one receive of one message. */
export const makeReceipt = (sequence: number, receiveCount: number, messageId: string): string =>
  `${sequence}.${receiveCount}.${messageId}`;

export type Receipt = { sequence: number; receiveCount: number; messageId: string };

/** Reads a receipt handle; undefined for anything else. */
export const readReceipt = (handle: string): Receipt | undefined => {
  const parts = /^(\d{1,15})\.(\d{1,15})\.(.+)$/s.exec(handle);
  if (!parts) return undefined;
  return { sequence: Number(parts[1]), receiveCount: Number(parts[2]), messageId: String(parts[3]) };
};

export const toMessage = (row: Row, fifo: boolean, receiptHandle: string): ReceivedMessage => ({
  messageId: String(row.message_id),
  receiptHandle,
  body: String(row.body),
  attributes: JSON.parse(String(row.attributes)),
  receiveCount: Number(row.receive_count),
  sentAtMs: Number(row.sent_at),
  firstReceivedAtMs: Number(row.first_received_at ?? 0),
  ...(row.group_name === null ? {} : { group: String(row.group_name) }),
  ...(row.deduplication_id === null ? {} : { deduplicationId: String(row.deduplication_id) }),
  ...(fifo ? { sequence: String(row.sequence) } : {}),
});

const moveToDeadLetters = ({ statements, nowMs }: TakeOptions, redrive: Redrive, sequence: number): void => {
  statements.copyTo(redrive.target).run({ now: nowMs, sequence });
  statements.remove.run(sequence);
};

const takeOne = ({ statements, fifo, nowMs, visibilityMs }: TakeOptions, sequence: number): ReceivedMessage => {
  const row = statements.take.get({ until: nowMs + visibilityMs, now: nowMs, sequence }) ?? {};
  return toMessage(row, fifo, makeReceipt(sequence, Number(row.receive_count), String(row.message_id)));
};

type Taken = { messages: ReceivedMessage[]; moved: number; characters: number };

const takeRound = (options: TakeOptions, taken: Taken): boolean => {
  const { statements, redrive, max, nowMs } = options;
  const rows = statements.candidates.all({ now: nowMs, limit: max - taken.messages.length });
  const movedBefore = taken.moved;
  for (const row of rows) {
    const sequence = Number(row.sequence);
    if (redrive && Number(row.receive_count) >= redrive.maxReceiveCount) {
      moveToDeadLetters(options, redrive, sequence);
      taken.moved += 1;
      continue;
    }
    const message = takeOne(options, sequence);
    taken.messages.push(message);
    taken.characters += message.body.length;
    if (taken.characters >= MAX_TAKEN_CHARACTERS) return false;
  }
  return taken.moved > movedBefore;
};

/**
 * Takes messages that can be received, inside a transaction of the caller. A message that was received too often moves on instead: on
 * this receive attempt, with its id, its attributes and its count.
 */
export const takeMessages = (options: TakeOptions): { messages: ReceivedMessage[]; moved: number } => {
  const taken: Taken = { messages: [], moved: 0, characters: 0 };
  // A second look only when everything went to the dead letters: taken messages must not be met again, be it as a blocked group or as
  // messages that were hidden for 0 seconds. What was behind a moved message comes with the next receive.
  let more = takeRound(options, taken);
  while (more && taken.messages.length === 0) more = takeRound(options, taken);
  return taken;
};
