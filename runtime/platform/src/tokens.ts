import { createTokenSigner, createTokenVerifier, createWorkerAuth, loadKeySet, type Token } from '@verifiedfan/jwt';
import type { Clock, Secrets } from '@verifiedfan/ports';

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
  /** `tokenKeys` is read once. */
  secrets: Pick<Secrets, 'get'>;
  clock: Clock;
  /** Who the tokens of workers speak for. @default local */
  subject?: string;
};

/** Signs and checks the tokens of one estate, or stage, with its own keys. */
export const createTokens = async ({ secrets, clock, subject = 'local' }: TokensOptions) => {
  const keys = loadKeySet(await secrets.get('tokenKeys'));
  const sign = createTokenSigner({ keys, issuer: ISSUER, clock });
  const verifiers = new Map<string, (token: string) => Token>();
  const verifierOf = (audience: string): ((token: string) => Token) => {
    const known = verifiers.get(audience) ?? createTokenVerifier({ keys, issuer: ISSUER, audience, clock });
    verifiers.set(audience, known);
    return known;
  };
  return {
    verifier: verifierOf,
    /** A token for people and scripts, valid for an hour at every service. */
    issue: ({ subject, ...rights }: TokenRights & { subject: string }): string =>
      sign({ subject, audience: [...AUDIENCES], ttlSeconds: 3_600, ...rights }),
    worker(audience: string): () => Promise<string> {
      const auth = createWorkerAuth({
        keys,
        issuer: ISSUER,
        clock,
        subject,
        audience,
        permissions: WORKER_PERMISSIONS[audience] ?? [],
      });
      return async () => auth.token();
    },
  };
};
export type Tokens = Awaited<ReturnType<typeof createTokens>>;
