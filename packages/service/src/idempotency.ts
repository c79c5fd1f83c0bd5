import { createHash } from 'node:crypto';
import type { Clock, JsonObject, JsonValue, Random } from '@verifiedfan/ports';
import type { AnyReply } from './contract.ts';
import { type ErrorStatuses, type Failure, ServiceError, toFailure } from './errors.ts';
import type { ServiceLog } from './exchange.ts';
import type { IdempotencyStore } from './idempotency-store.ts';

export type IdempotencyOptions = {
  store: IdempotencyStore;
  clock: Clock;
  random: Pick<Random, 'uuid'>;
  log: ServiceLog;
  statuses: ErrorStatuses;
  /** How long an answer is kept, in milliseconds. @default 86_400_000 (24 hours) */
  ttlMs?: number | undefined;
  /** After this a request counts as dead and its repetition executes, in milliseconds. @default 30_000 */
  lockMs?: number | undefined;
  /** How long a repetition waits for the first request before it is answered 503, in milliseconds. @default 5_000 */
  waitMs?: number | undefined;
};

export type IdempotentRequest = {
  /** The `idempotency-key` header. */
  key: string;
  /** Whose key it is: keys of different subjects never meet. */
  subject: string;
  /** What was asked, as JSON; the same key with something else is refused. */
  request: readonly unknown[];
};

export type Idempotency = {
  /** Executes once per key, and repeats the first answer. Answers of 500 and above are not kept. */
  run(request: IdempotentRequest, execute: () => Promise<AnyReply>): Promise<AnyReply>;
};

const KEY = /^[\x21-\x7e]{1,128}$/;
const POLL_MS = 25;
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
// A route's replies and failures are JSON; undefined fields go.
const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

const checkKey = (key: string): void => {
  if (KEY.test(key)) return;
  const details = [
    {
      pointer: '',
      rule: 'idempotency_key',
      message: 'Must be 1 to 128 visible ASCII characters',
      in: 'header' as const,
    },
  ];
  throw new ServiceError({ code: 'VALIDATION_ERROR', message: 'The idempotency-key is malformed', details });
};

const replay = (answer: JsonObject): AnyReply => {
  const replayed = { 'idempotency-replayed': 'true' };
  if (answer.failure !== undefined) {
    const { type, message, details, headers } = answer.failure as unknown as Failure;
    throw new ServiceError({ code: type, message, details, headers: { ...headers, ...replayed } });
  }
  const reply = answer.reply as unknown as AnyReply;
  return { ...reply, headers: { ...reply.headers, ...replayed } };
};

/** Idempotency keys as our services promise them: one execution, one answer, for 24 hours. */
export const createIdempotency = ({
  store,
  clock,
  random,
  log,
  statuses,
  ttlMs = 86_400_000,
  lockMs = 30_000,
  waitMs = 5_000,
}: IdempotencyOptions): Idempotency => {
  /** A lost answer costs one more execution, which the handler has to bear anyway; the client still gets its answer now. */
  const attemptTo = async (what: string, action: Promise<void>): Promise<void> => {
    await action.catch((error: unknown) => log.warn(`idempotency answer not ${what}`, { error }));
  };
  const executeOnce = async (id: string, attempt: string, execute: () => Promise<AnyReply>): Promise<AnyReply> => {
    try {
      const reply = await execute();
      await attemptTo('kept', store.complete(id, attempt, asJson({ reply })));
      return reply;
    } catch (error) {
      const failure = toFailure(error, statuses);
      const action =
        failure.status < 500 ? store.complete(id, attempt, asJson({ failure })) : store.release(id, attempt);
      await attemptTo('settled', action);
      throw error;
    }
  };
  return {
    async run({ key, subject, request }, execute) {
      checkKey(key);
      const id = hash(JSON.stringify([subject, request[0], request[1], key] as JsonValue[]));
      const fingerprint = hash(JSON.stringify(request));
      const startedAtMs = clock.now();
      for (;;) {
        const nowMs = clock.now();
        const attempt = random.uuid();
        const claim = await store.claim({
          id,
          fingerprint,
          attempt,
          lockedUntilMs: nowMs + lockMs,
          expiresAtMs: nowMs + ttlMs,
        });
        if (claim.outcome === 'mine') return executeOnce(id, attempt, execute);
        if (claim.outcome === 'answered') return replay(claim.answer);
        if (claim.outcome === 'reused') {
          const message = 'The idempotency-key was used before with another request';
          throw new ServiceError({ code: 'IDEMPOTENCY_KEY_REUSED', message });
        }
        if (nowMs - startedAtMs >= waitMs) {
          const headers = { 'retry-after': '1' };
          throw new ServiceError({
            code: 'UNAVAILABLE',
            message: 'The first request is still running',
            headers,
            retryable: true,
          });
        }
        await clock.sleep(POLL_MS);
      }
    },
  };
};
