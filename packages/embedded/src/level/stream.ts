import type { RecordStream, StreamEntry, StreamRecord, StreamRecordHeader } from '@verifiedfan/ports';
import { invalid, tooLarge } from '@verifiedfan/ports/table-rules';
import { assertCount, assertOptions, createLogEngine, LOG_OPTION_NAMES, type LogOptions } from './log-engine.ts';
import type { Decode } from './log-read.ts';
import { type LogState, logKey } from './log-state.ts';
import { decodePayload, encodePayload, exceeds, kindOfPayload, normalizePayload } from './payload.ts';
import { createRouter, shardId } from './router.ts';
import { longSequences } from './sequence.ts';

export type LevelStreamOptions = LogOptions & {
  /** Parts of the stream; fixed once the first record was written. 1 to 999. @default 1 */
  shards?: number | undefined;
};

/** A stream that is closed by its owner, with what tools need. */
export type LevelStream = RecordStream & {
  /** Opens the directory now instead of on first use, to learn early that it is locked or not writable. */
  ready(): Promise<void>;
  /** Deletes everything older than the retention; resolves with the number of records. Happens by itself behind writes. */
  trim(): Promise<number>;
  /** Waits for writes that were begun, then closes. Later calls are `closed`. */
  close(): Promise<void>;
};

type Stored = StreamRecord & { readonly data: string | Uint8Array };

const MAX_RECORD_BYTES = 1_048_576;
const MAX_KEY_CHARACTERS = 256;
/** What an object costs besides its text, roughly. */
const OBJECT_BYTES = 200;

/** A stored record: kind of data, time, length of the key, then key and data without separators. */
const encode = ({ partitionKey, data, arrivedAtMs }: StreamRecord): string =>
  `${kindOfPayload(data)}${arrivedAtMs},${partitionKey.length}\n${partitionKey}${encodePayload(data)}`;

const decode: Decode<Stored, StreamRecordHeader> = ({ shard, first, texts, filter }) => {
  const records: Stored[] = [];
  texts.forEach((text, index) => {
    const comma = text.indexOf(',');
    const keyAt = text.indexOf('\n') + 1;
    const dataAt = keyAt + Number(text.slice(comma + 1, keyAt - 1));
    const arrivedAtMs = Number(text.slice(1, comma));
    const sequence = longSequences.format(first + index);
    const header = { shard: shard.id, sequence, partitionKey: text.slice(keyAt, dataAt), arrivedAtMs };
    if (filter && !filter(header)) return;
    records.push({ ...header, data: decodePayload(text.charAt(0), text.slice(dataAt)) ?? '' });
  });
  return records;
};

const normalize = ({ partitionKey, data }: StreamEntry): { partitionKey: string; data: string | Uint8Array } => {
  if (typeof partitionKey !== 'string' || partitionKey === '' || !partitionKey.isWellFormed()) {
    throw invalid('a partition key is text of 1 to 256 characters');
  }
  // A character outside the basic plane is two units long, so only keys between 256 and 512 units have to be counted.
  if (partitionKey.length > MAX_KEY_CHARACTERS && [...partitionKey].length > MAX_KEY_CHARACTERS) {
    throw invalid('a partition key has at most 256 characters');
  }
  const payload = normalizePayload(data);
  if (payload === null) throw invalid('data is text or bytes');
  if (exceeds(MAX_RECORD_BYTES, [partitionKey, payload]))
    throw tooLarge('a record is at most 1 MiB with its partition key');
  return { partitionKey, data: payload };
};

/**
 * A record stream in a LevelDB directory of its own, opened on first use. Records survive the death of the process once `putMany` has
 * resolved (with `sync`, of the machine). When the store fails, the whole call rejects with a PortError and its outcome is unknown, but
 * never in part: all of its records are there after the store opens again, or none.
 */
export const openLevelStream = (options: LevelStreamOptions): LevelStream => {
  assertOptions(options, [...LOG_OPTION_NAMES, 'shards']);
  const { name, clock, shards = 1 } = options;
  assertCount('shards', shards, 999);
  const router = createRouter(shards);
  const shardIds = Array.from({ length: shards }, (_, index) => shardId(index));
  const engine = createLogEngine<Stored, StreamRecordHeader, LogState<Stored>>({
    options,
    shape: { kind: 'stream', shardIds, sequences: longSequences },
    decode,
    expire: ({ shard, number }) => [logKey(shard.prefix, number)],
    newState: () => ({ appended: [] }),
  });
  const { log, writer, reader, trimmer } = engine;

  return {
    name,
    ...reader,
    async shards() {
      return shardIds.map((id, index) => ({ id, hashRange: router.range(index) }));
    },
    async putMany(entries) {
      engine.assertOpen();
      const accepted = entries.map(normalize);
      if (accepted.length === 0) return [];
      const group = writer.group(await engine.enter());
      const arrivedAtMs = clock.now();
      const results = accepted.map(({ partitionKey, data }) => {
        const shard = log.shards[router.route(partitionKey)] ?? log.shards[0];
        if (!shard) throw new RangeError('a stream has at least one shard');
        shard.lastAtMs = Math.max(shard.lastAtMs, arrivedAtMs);
        const sequence = longSequences.format(shard.next);
        const entry: Stored = { shard: shard.id, sequence, partitionKey, arrivedAtMs: shard.lastAtMs, data };
        log.append({ group, shard, entry, text: encode(entry), bytes: data.length * 2 + OBJECT_BYTES });
        return { sequence, shard: shard.id };
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
