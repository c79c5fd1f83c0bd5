import { assertJson } from '@verifiedfan/driver';
import type { Calls } from '@verifiedfan/driver/calls';
import type { Cache, CacheEntry } from '@verifiedfan/ports';
import { assertKey, readLife, readVersion } from './checks.ts';
import type { Connection } from './connection.ts';
import { wordOf } from './errors.ts';
import { BURY, DELETE, type Script, SET } from './scripts.ts';
import type { Use } from './use.ts';

export type CacheParts = { name: string; prefix: string; connection: Connection; calls: Calls<Use> };

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
      const use = { operation: 'get', requests: 1, bytes: Buffer.byteLength(key) };
      return parseEntry(await calls.run(name, use, () => connection.send(['GET', `${prefix}${key}`])));
    },
    async set(key, value, { ttlMs, version }) {
      assertKey(key);
      assertJson(value);
      const [versionText, life] = [readVersion(version), readLife('ttlMs', ttlMs)];
      const text = `v${versionText}:${JSON.stringify(value)}`;
      const use = { operation: 'set', requests: 1, bytes: Buffer.byteLength(key) + Buffer.byteLength(text) };
      return (await calls.run(name, use, () => runScript(SET, key, [versionText, life, text]))) !== 0;
    },
    async delete(key, { version, tombstoneMs = DEFAULT_TOMBSTONE_MS } = {}) {
      assertKey(key);
      const [versionText, life] = [readVersion(version), readLife('tombstoneMs', tombstoneMs)];
      const use = { operation: 'delete', requests: 1, bytes: Buffer.byteLength(key) };
      await calls.run(name, use, () =>
        version === undefined ? runScript(DELETE, key, []) : runScript(BURY, key, [versionText, life]),
      );
    },
  };
};
