import { hash } from 'node:crypto';

const SPACE = 2n ** 128n;

/** Which shard a key belongs to: the MD5 of its UTF-8 as an unsigned 128-bit number, in equal ranges, as Kinesis does. */
export type Router = {
  /** The index of the shard. */
  route(key: string): number;
  /** First and last hash of a shard, as decimal numbers. */
  range(index: number): readonly [start: string, end: string];
};

export const createRouter = (shards: number): Router => {
  const size = SPACE / BigInt(shards);
  const starts = Array.from({ length: shards }, (_, index) => size * BigInt(index));
  // Hashes of equal length compare as text like they do as numbers, without making a BigInt of each.
  const texts = starts.map((start) => start.toString(16).padStart(32, '0'));
  return {
    route(key) {
      if (shards === 1) return 0;
      const digest = hash('md5', key, 'hex');
      let index = shards - 1;
      while (index > 0 && digest < (texts[index] ?? '')) index--;
      return index;
    },
    range(index) {
      const start = starts[index] ?? 0n;
      const end = (starts[index + 1] ?? SPACE) - 1n;
      return [start.toString(), end.toString()];
    },
  };
};

export const shardId = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;
