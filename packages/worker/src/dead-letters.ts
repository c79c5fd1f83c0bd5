import { redactText } from '@verifiedfan/correlation';
import type { Clock, Item, JsonValue, Put, Table } from '@verifiedfan/ports';
import { deadLetterId } from './idempotency/ids.ts';
import type { Rejection } from './outcomes.ts';

/** A rejected record in a list: no values of the record, so that lists can be shown and logged. */
export type DeadLetter = { id: string; worker: string; position: string; reason: string; at: string };
export type DeadLetterWithPayload = DeadLetter & {
  payload: JsonValue;
  /** A part of a record, such as a line of a file. */
  part: boolean;
  /** The payload was too large to be kept whole: what is left can be shown, and not be redriven. */
  cut: boolean;
  shard: string | undefined;
};

/** A whole record, or with `part` a part of one. */
export type NewDeadLetter = Rejection & { part?: boolean };

export type DeadLetters = {
  /**
   * Stores each rejection once, whatever is redelivered; answers how many were new. Throws when one could not be stored: then it must not
   * be acknowledged.
   */
  add(worker: string, rejections: readonly NewDeadLetter[]): Promise<number>;
  /** In no promised order; pages of the table are walked, nothing is held in memory. */
  list(): AsyncIterable<DeadLetter>;
  get(id: string): Promise<DeadLetterWithPayload | undefined>;
  /** An unknown id is not an error. */
  remove(id: string): Promise<void>;
};

/** An item holds 400 KB, and a record up to 1 MiB; a position still tells where a record is that was cut. */
const MAX_PAYLOAD_BYTES = 300_000;
/** The start of a payload that was cut; its quotes are escaped when it is stored, which can double it. */
const KEPT_BYTES = 100_000;
const MAX_REASON_LENGTH = 1_000;
const MAX_POSITION_LENGTH = 4_096;

/** Dead letters in a table: one row each, under its id alone, so that `show` and `redrive` need nothing else. */
export const createDeadLetters = ({ table, clock }: { table: Table; clock: Clock }): DeadLetters => ({
  async add(worker, rejections) {
    if (rejections.length === 0) return 0;
    const at = new Date(clock.now()).toISOString();
    const results = await table.updateMany(rejections.map((rejection) => toPut({ worker, at, rejection })));
    const failed = results.find((result) => result.outcome === 'failed');
    if (failed?.outcome === 'failed') throw failed.error;
    return results.filter(({ outcome }) => outcome === 'applied').length;
  },
  async *list() {
    let cursor: string | undefined;
    do {
      const page = await table.scan(cursor === undefined ? {} : { cursor });
      for (const item of page.items) yield summary(item);
      cursor = page.cursor;
    } while (cursor !== undefined);
  },
  async get(id) {
    const item = await table.get(keyOf(id));
    if (item === undefined) return undefined;
    return {
      ...summary(item),
      payload: JSON.parse(item.payload as string) as JsonValue,
      part: item.part === true,
      cut: item.cut === true,
      shard: typeof item.shard === 'string' ? item.shard : undefined,
    };
  },
  async remove(id) {
    const [result] = await table.updateMany([{ delete: keyOf(id) }]);
    if (result?.outcome === 'failed') throw result.error;
  },
});

const keyOf = (id: string) => ({ PK: `dead-letter:${id}`, SK: 'meta:dead-letter' });

const summary = (item: Item): DeadLetter => ({
  id: item.PK.slice('dead-letter:'.length),
  worker: item.worker as string,
  position: item.position as string,
  reason: item.reason as string,
  at: item.at as string,
});

type Entry = { worker: string; at: string; rejection: NewDeadLetter };

const toPut = ({ worker, at, rejection }: Entry): Put => {
  const { position, payload, part = false, shard } = rejection;
  const put: Item = {
    ...keyOf(deadLetterId({ worker, position })),
    worker,
    position: position.slice(0, MAX_POSITION_LENGTH).toWellFormed(),
    // Reasons hold no values by agreement; an error of somebody else's that breaks it must not show them in every list.
    reason: redactText(rejection.reason.slice(0, MAX_REASON_LENGTH).toWellFormed()),
    at,
    part,
    ...payloadMembers(payload),
  };
  if (shard !== undefined) put.shard = shard;
  return { put, condition: { absent: 'PK' } };
};

const payloadMembers = (payload: JsonValue): { payload: string; cut?: true } => {
  const json = JSON.stringify(payload ?? null);
  if (Buffer.byteLength(json) <= MAX_PAYLOAD_BYTES) return { payload: json };
  // Half a character at the cut becomes a replacement character.
  const start = Buffer.from(json).subarray(0, KEPT_BYTES).toString();
  return { payload: JSON.stringify({ cut: true, start }), cut: true };
};
