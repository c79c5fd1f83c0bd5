import { checkOptions } from '@verifiedfan/map-utils';
import { TokenError } from './errors.ts';
import { workerAuthRules } from './option-rules.ts';
import { createTokenSigner, type SignerOptions } from './sign.ts';
import type { Token } from './token.ts';
import { createTokenVerifier, type VerifierOptions } from './verify.ts';

const PREFIX = 'worker:';
/** No token of a worker lives longer, so a stolen one is soon worth nothing. */
const MAX_TTL_SECONDS = 3_600;

export type WorkerAuthOptions = SignerOptions & {
  /** Name of the worker; the token's subject is `worker:<name>`. */
  subject: string;
  /** The one service that the token is for. */
  audience: string;
  /** 30 to 3,600. @default 300 */
  ttlSeconds?: number | undefined;
  permissions: readonly string[];
};

export type WorkerAuth = {
  /** A token with at least a fifth of its life left. Signs only when the cached one is older. */
  token(): string;
};

/**
 * Gives a worker the tokens for one service. They carry permissions only, never rights by campaign or supreme, and one audience,
 * so a service that receives one cannot use it elsewhere.
 */
export const createWorkerAuth = (options: WorkerAuthOptions): WorkerAuth => {
  checkOptions<WorkerAuthOptions>('createWorkerAuth', options, workerAuthRules);
  const { keys, issuer, clock, subject, audience, ttlSeconds = 300, permissions } = options;
  if (!Number.isSafeInteger(ttlSeconds) || ttlSeconds < 30 || ttlSeconds > MAX_TTL_SECONDS) {
    throw new TokenError('invalid_claims', 'ttlSeconds');
  }
  if (!/^[A-Za-z0-9._-]{1,128}$/.test(subject)) throw new TokenError('invalid_claims', 'subject');
  const sign = createTokenSigner({ keys, issuer, clock });
  let cached = { token: '', fromMs: 0, untilMs: 0 };
  return {
    token() {
      const nowMs = clock.now();
      // A clock that was set back makes the cached token one from the future, so both ends count.
      if (nowMs < cached.fromMs || nowMs >= cached.untilMs) {
        const token = sign({ subject: `${PREFIX}${subject}`, audience, ttlSeconds, permissions });
        cached = { token, fromMs: nowMs, untilMs: nowMs + ttlSeconds * 800 };
      }
      return cached.token;
    },
  };
};

export type WorkerVerifierOptions = VerifierOptions & {
  /** Workers that may call; all when left out. */
  subjects?: readonly string[] | undefined;
};

/**
 * Verifies tokens of workers: everything that `createTokenVerifier` checks, and besides that the subject is a worker (of `subjects`)
 * and the life is short. A user's token is refused with `wrong_subject`.
 */
export const createWorkerVerifier = (options: WorkerVerifierOptions) => {
  const { subjects, ...rest } = options;
  const verify = createTokenVerifier(rest);
  return (token: string): Token & { worker: string } => {
    const claims = verify(token);
    const worker = claims.sub.startsWith(PREFIX) ? claims.sub.slice(PREFIX.length) : undefined;
    if (worker === undefined || (subjects !== undefined && !subjects.includes(worker))) {
      throw new TokenError('wrong_subject');
    }
    if (claims.exp - claims.iat > MAX_TTL_SECONDS) throw new TokenError('invalid_claims', 'exp');
    return { ...claims, worker };
  };
};
