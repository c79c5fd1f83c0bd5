import { createHash } from 'node:crypto';
import { compareSequences, type RecordStream, type Shard, type StreamRecord } from '@verifiedfan/ports';
import { codeOf, type Side } from '../../../src/index.ts';
import type { EntryData, StreamOperation } from './operations.ts';

const toData = (data: EntryData): string | Uint8Array => {
  if (typeof data === 'string') return data;
  return 'bytes' in data ? Uint8Array.from(data.bytes) : 'a'.repeat(data.letters);
};

const shown = ({ partitionKey, data }: StreamRecord): unknown => [
  partitionKey,
  typeof data === 'string' ? 'text' : 'bytes',
  data.length > 200 ? createHash('md5').update(data).digest('hex') : typeof data === 'string' ? data : [...data],
];

export const streamSide = (stream: RecordStream, close: () => Promise<void>): Side<StreamOperation> => {
  /** Where each shard was read up to. */
  const positions = new Map<string, string>();
  const written = new Map<string, number>();
  let shards: Shard[] | undefined;
  const shardAt = async (place: number): Promise<string> => {
    shards ??= (await stream.shards()).toSorted((a, b) => (a.id < b.id ? -1 : 1));
    return shards[place]?.id ?? '';
  };

  const put = async (entries: Extract<StreamOperation, { put: unknown }>['put']): Promise<unknown> => {
    const results = await stream.putMany(
      entries.map(({ partitionKey, data }) => ({ partitionKey, data: toData(data) })),
    );
    return results.map((result, index) => {
      if ('error' in result) return codeOf(result.error);
      const earlier = written.get(result.shard) ?? 0;
      written.set(result.shard, earlier + 1);
      return { shard: result.shard, partitionKey: entries[index]?.partitionKey };
    });
  };

  /** Reads until `limit` records were looked at or there is nothing more: how much one read gives is the engine's own choice. */
  const read = async (operation: Extract<StreamOperation, { read: number }>): Promise<unknown> => {
    const { limit, onlyKey, from } = operation;
    const shard = await shardAt(operation.read);
    const filter =
      onlyKey === undefined ? undefined : ({ partitionKey }: { partitionKey: string }) => partitionKey === onlyKey;
    let after = from === 'start' ? undefined : positions.get(shard);
    const found: StreamRecord[] = [];
    let looked = 0;
    while (looked < limit) {
      const { records, last, scanned, closed } = await stream.read({ shard, after, limit: limit - looked, filter });
      if (closed) throw new Error('a shard that was never split is closed');
      if (scanned === 0) break;
      found.push(...records);
      looked += scanned;
      after = last;
    }
    if (after !== undefined) positions.set(shard, after);
    const rising = found.every(({ sequence }, index) => {
      const before = found[index - 1];
      return before === undefined || compareSequences(before.sequence, sequence) < 0;
    });
    return { records: found.map(shown), looked, rising };
  };

  return {
    close,
    async play(operation) {
      if ('put' in operation) return put(operation.put);
      if ('read' in operation) return read(operation);
      if ('latest' in operation) {
        const shard = await shardAt(operation.latest);
        const latest = await stream.latest(shard);
        if (latest === undefined) return 'empty';
        return {
          records: (await stream.read({ shard, after: latest, limit: 10 })).records.map(shown),
          behind: latest !== '',
        };
      }
      if ('shards' in operation) return (await stream.shards()).map(({ id, hashRange }) => ({ id, hashRange }));
      if (operation.wrongRead === 'limit') return stream.read({ shard: await shardAt(0), limit: 0 });
      return stream.read({ shard: 'shardId-000000000099', limit: 1 });
    },
    async settle() {
      const all = [];
      for (const place of [0, 1, 2]) all.push(await read({ read: place, limit: 10_000, from: 'start' }));
      return all;
    },
  };
};
