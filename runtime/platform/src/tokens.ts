import {
  createTokenSigner,
  createTokenVerifier,
  createWorkerAuth,
  type KeySet,
  type Token,
  TokenError,
} from '@verifiedfan/jwt';
import type { Clock } from '@verifiedfan/ports';
import type { KeptSecrets } from './kept-secrets.ts';
import { followTokenKeys } from './token-keys.ts';

export const ISSUER = 'verifiedfan';
/** The services that tokens are made for. */
export const AUDIENCES = ['campaign-service', 'entry-service', 'graphql'] as const;

export type TokenRights = {
  supreme?: boolean | undefined;
  permissions?: readonly string[] | undefined;
  campaigns?: Readonly<Record<string, { actions: readonly string[] }>> | undefined;
};

/** What the workers may do at the services they call. */
const WORKER_PERMISSIONS: Readonly<Record<string, readonly string[]>> = {
  'campaign-service': ['campaigns:read', 'campaigns:select', 'campaigns:refresh'],
  'entry-service': ['entries:score'],
};

export type TokensOptions = {
  /** `tokenKeys` is read at once and looked at again now and then, see `TokenKeys`. */
  secrets: KeptSecrets;
  clock: Clock;
  /** Who the tokens of workers speak for. @default local */
  subject?: string;
};

/** Makes something of the keys, and again for each name or when the keys have changed. */
const perKeys = <Made>(current: () => KeySet, make: (keys: KeySet, name: string) => Made): ((name: string) => Made) => {
  let keys = current();
  const made = new Map<string, Made>();
  return (name) => {
    if (keys !== current()) made.clear();
    keys = current();
    const known = made.get(name) ?? make(keys, name);
    made.set(name, known);
    return known;
  };
};

/** Signs and checks the tokens of one estate, or stage, with its own keys. */
export const createTokens = async ({ secrets, clock, subject = 'local' }: TokensOptions) => {
  const keys = await followTokenKeys({ secrets, clock });
  const shared = { issuer: ISSUER, clock };
  const verifierOf = perKeys(keys.current, (known, audience) =>
    createTokenVerifier({ ...shared, keys: known, audience }),
  );
  const signerOf = perKeys(keys.current, (known) => createTokenSigner({ ...shared, keys: known }));
  const authOf = perKeys(keys.current, (known, audience) =>
    createWorkerAuth({ ...shared, keys: known, subject, audience, permissions: WORKER_PERMISSIONS[audience] ?? [] }),
  );
  /** What somebody signed with a key that was made a moment ago is no forgery. */
  const verifyAgain = async (token: string, audience: string, error: unknown): Promise<Token> => {
    if (!(error instanceof TokenError) || error.code !== 'unknown_key') throw error;
    const before = keys.current();
    await keys.refresh();
    if (keys.current() === before) throw error;
    return verifierOf(audience)(token);
  };
  const check = (token: string, audience: string): Token | Promise<Token> => {
    try {
      return verifierOf(audience)(token);
    } catch (error) {
      return verifyAgain(token, audience, error);
    }
  };
  return {
    /** Checks tokens for one service with the keys at hand. */
    verifier:
      (audience: string) =>
      (token: string): Token =>
        verifierOf(audience)(token),
    /** The same for a process that outlives its keys: looks at them again now and then, and for a token of a key that it does not know. */
    checker:
      (audience: string) =>
      (token: string): Token | Promise<Token> =>
        keys.isDue() ? keys.look().then(() => check(token, audience)) : check(token, audience),
    /** A token for people and scripts, valid for an hour at every service. */
    issue: ({ subject, ...rights }: TokenRights & { subject: string }): string =>
      signerOf('')({ subject, audience: [...AUDIENCES], ttlSeconds: 3_600, ...rights }),
    /** Short-lived tokens for one service, of the key that signs now. */
    worker: (audience: string) => async (): Promise<string> => {
      if (keys.isDue()) await keys.look();
      return authOf(audience).token();
    },
  };
};
export type Tokens = Awaited<ReturnType<typeof createTokens>>;
