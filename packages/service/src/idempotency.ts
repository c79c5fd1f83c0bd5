import type { Clock, Random } from '@verifiedfan/ports';
import type { AnyReply } from './contract.ts';
import { type ErrorStatuses, ServiceError } from './errors.ts';
import type { ServiceLog } from './exchange.ts';
import { replay, storedFailure, storedReply } from './idempotency-answers.ts';
import { renewUntil } from './idempotency-lock.ts';
import { type IdempotentRequest, identify, type RequestIdentity } from './idempotency-request.ts';
import type { Claim, IdempotencyStore } from './idempotency-store.ts';

export type IdempotencyOptions = {
  store: IdempotencyStore;
  clock: Clock;
  random: Pick<Random, 'uuid'>;
  log: ServiceLog;
  statuses: ErrorStatuses;
  /** How long an answer is kept, in milliseconds. @default 86_400_000 (24 hours) */
  ttlMs?: number | undefined;
  /** So long after its last sign of life a request counts as dead and its repetition executes, in milliseconds. @default 30_000 */
  lockMs?: number | undefined;
  /** How long a repetition waits for the first request before it is answered 503, in milliseconds. @default 5_000 */
  waitMs?: number | undefined;
};

/** Gets the operation that it is an execution of. */
type Execute = (operation: string) => Promise<AnyReply>;

export type Idempotency = {
  /**
   * Executes once per key, and repeats the first answer. What ended without an answer that can be kept is executed again, and so is what is
   * asked with other rights than at first: the handler knows what they allow.
   */
  run(request: IdempotentRequest, execute: Execute): Promise<AnyReply>;
  /** Renews no lock any more: what is still running counts as dead soon. For the end of the process. */
  stop(): void;
};

const POLL_MS = 25;
/** Three come in time: the fourth would be due when the lock ends. */
const RENEWALS_PER_LOCK = 4;

const stillRunning = (): ServiceError =>
  new ServiceError({
    code: 'UNAVAILABLE',
    message: 'The first request is still running',
    headers: { 'retry-after': '1' },
    retryable: true,
  });

/** Idempotency keys as our services promise them: one execution at a time, one answer, for 24 hours. */
export const createIdempotency = (options: IdempotencyOptions): Idempotency => {
  const { store, clock, random, log, statuses } = options;
  const { ttlMs = 86_400_000, lockMs = 30_000, waitMs = 5_000 } = options;
  /** What this process executes: here nobody takes over, whatever has become of the lock. */
  const running = new Map<string, { fingerprint: string; done: AbortController }>();

  /** A lost answer costs one more execution, which the handler has to bear anyway; the client still gets its answer now. */
  const attemptTo = async (what: string, action: Promise<void>): Promise<void> => {
    await action.catch((error: unknown) => log.warn(`idempotency answer not ${what}`, { error }));
  };

  const executeRenewed = async (identity: RequestIdentity, attempt: string, execute: Execute): Promise<AnyReply> => {
    const { id, fingerprint, operation } = identity;
    const done = new AbortController();
    running.set(id, { fingerprint, done });
    const renew = (): Promise<boolean> => store.renew(id, attempt, clock.now() + lockMs);
    const renewal = renewUntil({ clock, log, everyMs: lockMs / RENEWALS_PER_LOCK, renew, signal: done.signal });
    try {
      return await execute(operation);
    } finally {
      done.abort();
      // A renewal on its way must not lock what is released behind it.
      await renewal;
    }
  };

  const executeOnce = async (identity: RequestIdentity, attempt: string, execute: Execute): Promise<AnyReply> => {
    const { id } = identity;
    try {
      const reply = await executeRenewed(identity, attempt, execute);
      await attemptTo('kept', store.complete(id, attempt, storedReply(reply)));
      return reply;
    } catch (error) {
      const kept = storedFailure(error, statuses);
      await attemptTo('settled', kept === undefined ? store.release(id, attempt) : store.complete(id, attempt, kept));
      throw error;
    } finally {
      running.delete(id);
    }
  };

  const claim = async ({ id, fingerprint, rights }: RequestIdentity, attempt: string): Promise<Claim> => {
    const mine = running.get(id);
    if (mine !== undefined) return { outcome: mine.fingerprint === fingerprint ? 'running' : 'reused' };
    const nowMs = clock.now();
    const times = { lockedUntilMs: nowMs + lockMs, expiresAtMs: nowMs + ttlMs };
    return store.claim({ id, fingerprint, rights, attempt, ...times });
  };

  return {
    async run(request, execute) {
      const identity = identify(request);
      const untilMs = clock.now() + waitMs;
      for (;;) {
        const attempt = random.uuid();
        const claimed = await claim(identity, attempt);
        if (claimed.outcome === 'mine') return executeOnce(identity, attempt, execute);
        if (claimed.outcome === 'answered') {
          return claimed.rights === identity.rights ? replay(claimed.answer) : execute(identity.operation);
        }
        if (claimed.outcome === 'reused') {
          const message = 'The idempotency-key was used before with another request';
          throw new ServiceError({ code: 'IDEMPOTENCY_KEY_REUSED', message });
        }
        if (clock.now() >= untilMs) throw stillRunning();
        await clock.sleep(POLL_MS);
      }
    },
    stop() {
      for (const { done } of running.values()) done.abort();
    },
  };
};
