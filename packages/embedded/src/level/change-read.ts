import type { ChangeHeader, ChangeRecord, Item } from '@verifiedfan/ports';
import { decodeChange, lazyChange, once, parseItem, type StoredChange } from './change-codec.ts';
import { damaged } from './errors.ts';
import type { Decode, StoredPage } from './log-read.ts';
import { logKey } from './log-state.ts';
import { longSequences } from './sequence.ts';

type Page = StoredPage<ChangeRecord, ChangeHeader>;
type Kept = { header: ChangeHeader; stored: StoredChange; text: string; number: number };

const keepWanted = ({ shard, first, texts, filter }: Page): Kept[] => {
  const kept: Kept[] = [];
  texts.forEach((text, index) => {
    const stored = decodeChange(text);
    const { eventName, keys, atMs } = stored;
    const header = { eventName, keys, shard: shard.id, sequence: longSequences.format(first + index), atMs };
    if (!filter || filter(header)) kept.push({ header, stored, text, number: first + index });
  });
  return kept;
};

/**
 * Makes change records of a stored page. The item before a change is the record that it superseded, so it is read only for records that
 * the filter let through, all of a page at once, and not at all where it is in this page or still in memory.
 */
export const createChangeDecoder =
  ({ name, freeze }: { name: string; freeze: (item: Item) => Item }): Decode<ChangeRecord, ChangeHeader> =>
  async (page) => {
    const { store, snapshot, shard } = page;
    const kept = keepWanted(page);
    const items = new Map<number, () => Item>();
    const lazily = (text: string, bodyAt?: number) => once(() => freeze(parseItem(text, bodyAt)));
    for (const { number, text, stored } of kept) items.set(number, lazily(text, stored.bodyAt));

    const missing: number[] = [];
    for (const { previous } of kept.map(({ stored }) => stored)) {
      if (previous === undefined || items.has(previous)) continue;
      const text = page.texts[previous - page.first];
      const inMemory = shard.tail.get(previous)?.newItem;
      if (inMemory) items.set(previous, () => inMemory);
      else if (text !== undefined) items.set(previous, lazily(text));
      else missing.push(previous);
    }
    const texts = await store.getMany(
      missing.map((number) => logKey(shard.prefix, number)),
      { snapshot },
    );
    texts.forEach((text, index) => {
      const number = missing[index];
      if (text !== undefined && number !== undefined) items.set(number, lazily(text));
    });

    const itemAt = (number: number | undefined): (() => Item) => {
      const item = number === undefined ? undefined : items.get(number);
      if (!item) throw damaged(name, 'the record that a change superseded is missing');
      return item;
    };
    return kept.map(({ header, stored, number }) => {
      const newItem = itemAt(number);
      return lazyChange(header, newItem, header.eventName === 'INSERT' ? newItem : itemAt(stored.previous));
    });
  };
