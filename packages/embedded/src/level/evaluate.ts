import { type ActionResult, type ChangeRecord, type Item, PortError, type TransactResult } from '@verifiedfan/ports';
import { applyAction, assertItemSize, itemBytes, type Prepared, tooLarge } from '@verifiedfan/ports/table-rules';
import { encodeChange } from './change-codec.ts';
import { holds } from './condition.ts';
import type { LogMemory, LogState } from './log-state.ts';
import type { Row } from './row-cache.ts';
import { encodePointer, type RowReader } from './rows.ts';
import { longSequences } from './sequence.ts';
import { putToken, type Token, wasApplied } from './tokens.ts';
import type { Group } from './writer.ts';

/** What one group of writes changes in a table. */
export type TableState = LogState<ChangeRecord> & {
  readonly rows: Map<string, Row>;
  readonly tokens: Map<string, Token>;
};

/** The latest rows that the actions of one round touch, durable or not; writing moves it on. */
export type View = { readonly rows: Map<string, Row>; readonly tokens: Map<string, Token> };

export type Scene = {
  view: View;
  nowMs: number;
  /** The group that collects; made when the first write of the round is. */
  group: () => Group<TableState>;
};

export type TransactRequest = { token: string; digest: string; actions: readonly Prepared[] };

const NO_ROW: Row = { item: undefined, number: 0 };
/** JSON shorter than this cannot be an item over 400 KB: no character takes more than three bytes, no short value more than four. */
const SURELY_SMALL_LENGTH = 100_000;
const MAX_TRANSACTION_BYTES = 4 * 1_048_576;
/** What the objects of a record cost besides their text, roughly. */
const OBJECT_BYTES = 400;

const describe = (
  record: Omit<ChangeRecord, 'eventName' | 'oldItem' | 'newItem'>,
  old: Item | undefined,
  item: Item | undefined,
): ChangeRecord => {
  const { keys, shard, sequence, atMs } = record;
  if (item === undefined) return { eventName: 'REMOVE', keys, shard, sequence, atMs, ...(old && { oldItem: old }) };
  if (old === undefined) return { eventName: 'INSERT', keys, shard, sequence, atMs, newItem: item };
  return { eventName: 'MODIFY', keys, shard, sequence, atMs, oldItem: old, newItem: item };
};

const assertTransactionSize = (items: readonly (Item | undefined)[]): void => {
  let bytes = 0;
  for (const item of items) {
    if (!item) continue;
    assertItemSize(item, Number.POSITIVE_INFINITY);
    bytes += itemBytes(item);
  }
  if (bytes > MAX_TRANSACTION_BYTES) throw tooLarge('the items of a transaction are at most 4 MiB together');
};

/** Applies actions to the latest rows, in memory and without waiting: what it writes joins the group that collects. */
export const createEvaluator = ({
  log,
  rows,
  freeze,
}: {
  log: LogMemory<ChangeRecord>;
  rows: RowReader;
  freeze: (item: Item) => Item;
}) => {
  /** Writes the new state of a row and its change record, which is also where the row is stored. */
  const write = (
    { view, nowMs, group: collect }: Scene,
    { rowKey, key }: Prepared,
    [before, next]: [Row, Item | undefined],
  ): void => {
    const shard = rows.shardOf(rowKey);
    const number = shard.next;
    const atMs = Math.max(shard.lastAtMs, nowMs);
    const item = next && freeze(next);
    const record = describe(
      { keys: key, shard: shard.id, sequence: longSequences.format(number), atMs },
      before.item,
      item,
    );
    const text = encodeChange(record, { previous: before.item && before.number, item });
    if (item && text.length > SURELY_SMALL_LENGTH) assertItemSize(item, Number.POSITIVE_INFINITY);
    const group = collect();
    shard.lastAtMs = atMs;
    log.append({ group, shard, entry: record, text, bytes: text.length * (before.item ? 4 : 2) + OBJECT_BYTES });
    if (item) group.batch.put(rowKey, encodePointer(shard, number));
    else group.batch.del(rowKey);
    const row = { item, number };
    group.state.rows.set(rowKey, row);
    view.rows.set(rowKey, row);
  };

  const update = (scene: Scene, action: Prepared): ActionResult => {
    const before = scene.view.rows.get(action.rowKey) ?? NO_ROW;
    const old = before.item;
    if (action.condition && !holds(action.condition, old)) return { outcome: 'refused', item: old };
    try {
      const next = applyAction(action, old);
      if (next === old) return { outcome: 'applied', changed: false, old };
      write(scene, action, [before, next]);
      return { outcome: 'applied', changed: true, old };
    } catch (error) {
      if (error instanceof PortError) return { outcome: 'failed', error };
      throw error;
    }
  };

  const transact = (scene: Scene, { token, digest, actions }: TransactRequest): TransactResult => {
    const { view, nowMs, group } = scene;
    const known = view.tokens.get(token);
    if (wasApplied(known, { digest, nowMs })) return { outcome: 'applied' };
    const before = actions.map(({ rowKey }) => view.rows.get(rowKey) ?? NO_ROW);
    const reasons = actions.map(({ condition }, index) =>
      condition && !holds(condition, before[index]?.item) ? 'condition' : null,
    );
    // First everything that can go wrong, then the writes: a transaction must not stop half-way. An action that does not fit its row is told
    // of even where another one is refused, as DynamoDB does: repeating could not help.
    const after = actions.map((action, index) =>
      reasons[index] === null ? applyAction(action, before[index]?.item) : undefined,
    );
    assertTransactionSize(after);
    if (reasons.some((reason) => reason !== null)) return { outcome: 'refused', reasons };
    actions.forEach((action, index) => {
      const row = before[index] ?? NO_ROW;
      if (after[index] !== row.item) write(scene, action, [row, after[index]]);
    });
    const value = { atMs: nowMs, digest };
    putToken(group().batch, token, { value, before: known });
    group().state.tokens.set(token, value);
    view.tokens.set(token, value);
    return { outcome: 'applied' };
  };

  return { update, transact };
};

export type Evaluator = ReturnType<typeof createEvaluator>;
