import type { Clock, Item, JsonValue, Put, Table } from '@verifiedfan/ports';
import { deadLetterId } from './idempotency/ids.ts';
import type { Rejection } from './outcomes.ts';

/** A rejected record in a list: no values of the record, so that lists can be shown and logged. */
export type DeadLetter = { id: string; worker: string; position: string; reason: string; at: string };
export type DeadLetterWithPayload = DeadLetter & { payload: JsonValue; part: boolean };

export type DeadLetters = {
  /** Stores each rejection once, whatever is redelivered. Throws when one could not be stored: then it must not be acknowledged. */
  add(worker: string, rejections: readonly (Rejection & { part?: boolean })[]): Promise<void>;
  /** In the order of worker, then id; pages of the table are walked, nothing is held in memory. */
  list(): AsyncIterable<DeadLetter>;
  get(id: string): Promise<DeadLetterWithPayload | undefined>;
  remove(id: string): Promise<void>;
};

/** A payload over this many characters is cut, since an item holds 400 KB; its position still tells where the record is. */
const MAX_PAYLOAD_LENGTH = 300_000;

/** Dead letters in a table: one row each, under its id alone, so that `show` and `redrive` need nothing else. */
export const createDeadLetters = ({ table, clock }: { table: Table; clock: Clock }): DeadLetters => ({
  async add(worker, rejections) {
    if (rejections.length === 0) return;
    const at = new Date(clock.now()).toISOString();
    const results = await table.updateMany(rejections.map((rejection) => toPut({ worker, at, rejection })));
    const failed = results.find((result) => result.outcome === 'failed');
    if (failed?.outcome === 'failed') throw failed.error;
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
    return { ...summary(item), payload: JSON.parse(item.payload as string) as JsonValue, part: item.part === true };
  },
  async remove(id) {
    await table.updateMany([{ delete: keyOf(id) }]);
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

type Entry = { worker: string; at: string; rejection: Rejection & { part?: boolean } };

const toPut = ({ worker, at, rejection }: Entry): Put => {
  const { position, reason, payload, part = false } = rejection;
  const json = JSON.stringify(payload ?? null);
  const kept =
    json.length <= MAX_PAYLOAD_LENGTH ? json : JSON.stringify({ cut: true, start: json.slice(0, MAX_PAYLOAD_LENGTH) });
  return {
    put: { ...keyOf(deadLetterId({ worker, position })), worker, position, reason, at, part, payload: kept },
    condition: { absent: 'PK' },
  };
};
