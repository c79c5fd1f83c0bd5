import type { Cache, CacheEntry } from '@verifiedfan/ports';
import type { Calls } from './calls.ts';
import { assertJson, assertKey, readLife, readVersion } from './checks.ts';
import type { Connection } from './connection.ts';
import { wordOf } from './errors.ts';
import { BURY, DELETE, type Script, SET } from './scripts.ts';

export type CacheParts = { name: string; prefix: string; connection: Connection; calls: Calls };

const DEFAULT_TOMBSTONE_MS = 60_000;
const HEAD = /^v(\d+):/;

/** Undefined for a tombstone, and for what somebody else put there: a cache may forget. */
const parseEntry = (text: unknown): CacheEntry | undefined => {
  if (typeof text !== 'string') return undefined;
  const head = HEAD.exec(text);
  if (!head) return undefined;
  try {
    return { value: JSON.parse(text.slice(head[0].length)), version: Number(head[1]) };
  } catch {
    return undefined;
  }
};

/** The calls of the port on one cache. Redis' clock decides what has expired, so the clocks of processes may differ. */
export const createCache = ({ name, prefix, connection, calls }: CacheParts): Cache => {
  const resource = name;

  /** By its digest, which a server forgets when it restarts; then by its text. */
  const runScript = async ({ sha, text }: Script, key: string, args: readonly string[]): Promise<unknown> => {
    try {
      return await connection.send(['EVALSHA', sha, '1', `${prefix}${key}`, ...args]);
    } catch (error) {
      if (wordOf(error) !== 'NOSCRIPT') throw error;
      return connection.send(['EVAL', text, '1', `${prefix}${key}`, ...args]);
    }
  };

  return {
    async get(key) {
      assertKey(key);
      const about = { operation: 'get', resource, bytes: Buffer.byteLength(key) };
      return parseEntry(await calls.run(about, () => connection.send(['GET', `${prefix}${key}`])));
    },
    async set(key, value, { ttlMs, version }) {
      assertKey(key);
      assertJson(value);
      const [versionText, life] = [readVersion(version), readLife('ttlMs', ttlMs)];
      const text = `v${versionText}:${JSON.stringify(value)}`;
      const about = { operation: 'set', resource, bytes: Buffer.byteLength(key) + Buffer.byteLength(text) };
      return (await calls.run(about, () => runScript(SET, key, [versionText, life, text]))) !== 0;
    },
    async delete(key, { version, tombstoneMs = DEFAULT_TOMBSTONE_MS } = {}) {
      assertKey(key);
      const [versionText, life] = [readVersion(version), readLife('tombstoneMs', tombstoneMs)];
      const about = { operation: 'delete', resource, bytes: Buffer.byteLength(key) };
      await calls.run(about, () =>
        version === undefined ? runScript(DELETE, key, []) : runScript(BURY, key, [versionText, life]),
      );
    },
  };
};
