import type { ChangeHeader, ChangeRecord, Item, Key } from '@verifiedfan/ports';

/**
 * A change as it is stored: the first letter of its event, the time, the number of the record it superseded (empty for the first of a row),
 * the lengths of both keys; a line feed; then keys and the new item as JSON, without separators. Lengths are in UTF-16 units.
 */
export const encodeChange = (
  { eventName, keys: { PK, SK }, atMs }: ChangeHeader,
  { previous, item }: { previous: number | undefined; item: Item | undefined },
): string =>
  `${eventName.charAt(0)}${atMs},${previous ?? ''},${PK.length},${SK.length}\n${PK}${SK}${item === undefined ? '' : JSON.stringify(item)}`;

const EVENT_NAMES: Readonly<Record<string, ChangeHeader['eventName']>> = { I: 'INSERT', M: 'MODIFY', R: 'REMOVE' };

export type StoredChange = {
  eventName: ChangeHeader['eventName'];
  atMs: number;
  keys: Key;
  /** The record that held the row before, if there was a row. */
  previous: number | undefined;
  /** Where the JSON of the new item begins. */
  bodyAt: number;
};

/** Reads everything but the item. */
export const decodeChange = (text: string): StoredChange => {
  const newline = text.indexOf('\n');
  const [time, previous, partitionLength, sortLength] = text.slice(1, newline).split(',');
  const sortAt = newline + 1 + Number(partitionLength);
  const bodyAt = sortAt + Number(sortLength);
  return {
    eventName: EVENT_NAMES[text.charAt(0)] ?? 'MODIFY',
    atMs: Number(time),
    keys: { PK: text.slice(newline + 1, sortAt), SK: text.slice(sortAt, bodyAt) },
    previous: previous ? Number(previous) : undefined,
    bodyAt,
  };
};

/** The item that a record holds. */
export const parseItem = (text: string, bodyAt = decodeChange(text).bodyAt): Item =>
  JSON.parse(text.slice(bodyAt)) as Item;

/** The record that this one superseded, and whether it holds no row itself: all that trimming asks. */
export const superseded = (text: string): { previous: number | undefined; isRemove: boolean } => {
  const comma = text.indexOf(',');
  const previous = text.slice(comma + 1, text.indexOf(',', comma + 1));
  return { previous: previous === '' ? undefined : Number(previous), isRemove: text.startsWith('R') };
};

/** A value that is worked out when it is first asked for. */
export const once = <Value>(make: () => Value): (() => Value) => {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** A record whose items are parsed when a consumer looks at them: many look at one image only, or at the header alone. */
export const lazyChange = (header: ChangeHeader, newItem: () => Item, oldItem: () => Item): ChangeRecord => {
  const { eventName, keys, shard, sequence, atMs } = header;
  // Written out per event, because an image that does not belong to it must be missing as a property.
  if (eventName === 'INSERT') {
    return {
      eventName,
      keys,
      shard,
      sequence,
      atMs,
      get newItem() {
        return newItem();
      },
    };
  }
  if (eventName === 'REMOVE') {
    return {
      eventName,
      keys,
      shard,
      sequence,
      atMs,
      get oldItem() {
        return oldItem();
      },
    };
  }
  return {
    eventName,
    keys,
    shard,
    sequence,
    atMs,
    get oldItem() {
      return oldItem();
    },
    get newItem() {
      return newItem();
    },
  };
};
