import type { Topic, TopicMessage, TopicRecord, TopicRecordHeader } from '@verifiedfan/ports';
import { invalid, tooLarge } from '@verifiedfan/ports/table-rules';
import { assertCount, assertOptions, createLogEngine, LOG_OPTION_NAMES, type LogOptions } from './log-engine.ts';
import type { Decode } from './log-read.ts';
import { type LogState, logKey } from './log-state.ts';
import { decodePayload, encodePayload, exceeds, kindOfPayload, normalizePayload } from './payload.ts';
import { createRouter } from './router.ts';
import { offsets } from './sequence.ts';

export type LevelTopicOptions = LogOptions & {
  /** Fixed once the first message was published. 1 to 999. @default 1 */
  partitions?: number | undefined;
};

/** A topic that is closed by its owner, with what tools need. */
export type LevelTopic = Topic & {
  /** Opens the directory now instead of on first use, to learn early that it is locked or not writable. */
  ready(): Promise<void>;
  /** Deletes everything older than the retention; resolves with the number of messages. Happens by itself behind writes. */
  trim(): Promise<number>;
  /** Waits for writes that were begun, then closes. Later calls are `closed`. */
  close(): Promise<void>;
};

const MAX_MESSAGE_BYTES = 1_048_576;
const WEEK_MS = 604_800_000;
/** What an object costs besides its text, roughly. */
const OBJECT_BYTES = 250;

const encode = (
  key: string | null,
  value: TopicRecord['value'],
  { atMs, headers }: { atMs: number; headers: string },
): string =>
  `${kindOfPayload(value)}${atMs},${key === null ? '' : key.length},${headers.length}\n${key ?? ''}${headers}${encodePayload(value)}`;

const decode: Decode<TopicRecord, TopicRecordHeader> = ({ shard, first, texts, filter }) => {
  const records: TopicRecord[] = [];
  texts.forEach((text, index) => {
    const newline = text.indexOf('\n');
    const [time, keyLength, headersLength] = text.slice(1, newline).split(',');
    const headersAt = newline + 1 + Number(keyLength);
    const valueAt = headersAt + Number(headersLength);
    const key = keyLength === '' ? null : text.slice(newline + 1, headersAt);
    const header = { shard: shard.id, sequence: offsets.format(first + index), key, atMs: Number(time) };
    if (filter && !filter(header)) return;
    const headers = valueAt === headersAt ? {} : JSON.parse(text.slice(headersAt, valueAt));
    records.push({ ...header, value: decodePayload(text.charAt(0), text.slice(valueAt)), headers });
  });
  return records;
};

type Accepted = {
  key: string | null;
  value: TopicRecord['value'];
  headers: Readonly<Record<string, string>>;
  text: string;
};

const normalize = ({ key, value, headers = {} }: TopicMessage): Accepted => {
  if (key !== null && (typeof key !== 'string' || !key.isWellFormed())) throw invalid('a key is text or null');
  const entries = Object.entries(headers);
  for (const [header, content] of entries) {
    if (typeof content !== 'string' || !content.isWellFormed() || !header.isWellFormed())
      throw invalid('headers are text');
  }
  const payload = normalizePayload(value);
  if (exceeds(MAX_MESSAGE_BYTES, [key, payload, ...entries.flat()])) {
    throw tooLarge('a message is at most 1 MiB with its key and headers');
  }
  // A copy, because a caller may use one headers object for many messages and change it later.
  return { key, value: payload, headers: { ...headers }, text: entries.length === 0 ? '' : JSON.stringify(headers) };
};

/**
 * A topic in a LevelDB directory of its own, opened on first use. Messages without a key go to the partitions in turn. Records survive the
 * death of the process once `publishMany` has resolved; when the store fails the whole call rejects, and all of it was written or nothing.
 */
export const openLevelTopic = (options: LevelTopicOptions): LevelTopic => {
  assertOptions(options, [...LOG_OPTION_NAMES, 'partitions']);
  const { name, clock, partitions = 1, retentionMs = WEEK_MS } = options;
  assertCount('partitions', partitions, 999);
  const router = createRouter(partitions);
  const shardIds = Array.from({ length: partitions }, (_, index) => String(index));
  const engine = createLogEngine<TopicRecord, TopicRecordHeader, LogState<TopicRecord>>({
    options: { ...options, retentionMs },
    shape: { kind: 'topic', shardIds, sequences: offsets },
    decode,
    expire: ({ shard, number }) => [logKey(shard.prefix, number)],
    newState: () => ({ appended: [] }),
  });
  const { log, writer, reader, trimmer } = engine;
  let turn = 0;
  const partitionOf = (key: string | null): number => (key === null ? turn++ % partitions : router.route(key));

  return {
    name,
    ...reader,
    async shards() {
      return shardIds.map((id) => ({ id }));
    },
    async publishMany(messages) {
      engine.assertOpen();
      const accepted = messages.map(normalize);
      if (accepted.length === 0) return [];
      const group = writer.group(await engine.enter());
      const nowMs = clock.now();
      const results = accepted.map(({ key, value, headers, text }) => {
        const partition = partitionOf(key);
        const shard = log.shards[partition];
        if (!shard) throw new RangeError('a message went to a partition that does not exist');
        shard.lastAtMs = Math.max(shard.lastAtMs, nowMs);
        const offset = offsets.format(shard.next);
        const entry: TopicRecord = { shard: shard.id, sequence: offset, key, atMs: shard.lastAtMs, value, headers };
        const bytes = (value?.length ?? 0) * 2 + text.length * 2 + OBJECT_BYTES;
        log.append({ group, shard, entry, text: encode(key, value, { atMs: entry.atMs, headers: text }), bytes });
        return { partition, offset };
      });
      await writer.commit();
      return results;
    },
    async ready() {
      await engine.store();
    },
    trim: trimmer.trim,
    close: () => engine.close(),
  };
};
