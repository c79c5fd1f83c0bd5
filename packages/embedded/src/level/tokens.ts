import { hash } from 'node:crypto';
import { type Check, PortError, type TableAction } from '@verifiedfan/ports';
import { canonicalJson } from './json.ts';
import { bytesOf } from './log-state.ts';
import { fixedWidth } from './sequence.ts';
import type { Store, StoreBatch } from './store.ts';

/** A transaction that was applied, by its token. */
export type Token = { readonly atMs: number; readonly digest: string };

export const TOKEN_LIFE_MS = 600_000;
const SWEEP_LIMIT = 1_000;

const tokenKey = (token: string): string => `t${token}`;
/** Finds tokens by age, for sweeping. */
const ageKey = (atMs: number, token: string): string => `u${fixedWidth(atMs)}${token}`;
const AGE_PREFIX_LENGTH = 17;

/** Equal for equal actions, whatever the order of attributes in them. */
export const digestOf = (actions: readonly (TableAction | Check)[]): string =>
  hash('sha256', canonicalJson(actions), 'hex');

/** Whether this transaction was applied before. Throws `token_mismatch` when the token stands for other actions. */
export const wasApplied = (known: Token | undefined, { digest, nowMs }: { digest: string; nowMs: number }): boolean => {
  if (!known || known.atMs + TOKEN_LIFE_MS <= nowMs) return false;
  if (known.digest === digest) return true;
  throw new PortError({ code: 'token_mismatch', message: 'the token was used within ten minutes with other actions' });
};

export const readTokens = async (store: Store, tokens: readonly string[]): Promise<(Token | undefined)[]> => {
  const texts = await store.getMany(tokens.map(tokenKey), {});
  return texts.map((text) => {
    if (text === undefined) return undefined;
    const [atMs, digest = ''] = text.split(',');
    return { atMs: Number(atMs), digest };
  });
};

/** Remembers a token, in the batch that applies its transaction. */
export const putToken = (
  batch: StoreBatch,
  token: string,
  { value, before }: { value: Token; before: Token | undefined },
): void => {
  // Without this, sweeping by the old age would delete the new token.
  if (before) batch.del(ageKey(before.atMs, token));
  batch.put(tokenKey(token), `${value.atMs},${value.digest}`);
  batch.put(ageKey(value.atMs, token), '');
};

/** Tokens that are over, at most 1,000 at once, with the keys under which they are stored. */
export const readExpired = async (store: Store, nowMs: number): Promise<{ token: string; keys: string[] }[]> => {
  const end = bytesOf(`u${fixedWidth(Math.max(0, nowMs - TOKEN_LIFE_MS))}`);
  const ages = store.keys({ gte: bytesOf('u'), lt: end, limit: SWEEP_LIMIT, keyEncoding: 'view' });
  try {
    const keys = (await ages.nextv(SWEEP_LIMIT)).map((key) => Buffer.from(key).toString());
    return keys.map((key) => {
      const token = key.slice(AGE_PREFIX_LENGTH);
      return { token, keys: [key, tokenKey(token)] };
    });
  } finally {
    await ages.close();
  }
};
