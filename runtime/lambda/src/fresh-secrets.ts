import type { Secrets } from '@verifiedfan/ports';
import { type Handler, TOKEN_KEYS } from '@verifiedfan/worker';

export type FreshSecretsOptions = {
  /** Those that the worker declares. */
  names: readonly string[];
  /** Kept for a while, so that asking before every event costs nothing. */
  secrets: Pick<Secrets, 'get'>;
  /** The handler with services that are still to be made. */
  make(): Handler;
};

/**
 * A handler whose services hold no secret for longer than it is kept: they read theirs when they are made, and are made anew, with the next event,
 * when one has changed. A function may live for hours, and a token of Slack that was changed would be refused for as long. Keys of tokens are
 * followed where tokens are checked and made. While the secrets cannot be read, what was made goes on.
 */
export const withFreshSecrets = ({ names, secrets, make }: FreshSecretsOptions): Handler => {
  const held = names.filter((name) => name !== TOKEN_KEYS);
  let made: { handler: Handler; values: readonly string[] | undefined } = { handler: make(), values: undefined };
  if (held.length === 0) return made.handler;
  const read = async (): Promise<readonly string[] | undefined> => {
    try {
      return await Promise.all(held.map((name) => secrets.get(name)));
    } catch {
      // Services that are still to be made say what is wrong.
      return undefined;
    }
  };
  return async (event, context) => {
    const values = await read();
    const { values: before } = made;
    if (values !== undefined && before?.some((value, at) => value !== values[at])) made = { handler: make(), values };
    else made.values ??= values;
    return made.handler(event, context);
  };
};
