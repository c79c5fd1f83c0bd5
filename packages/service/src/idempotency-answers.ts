import type { JsonObject } from '@verifiedfan/ports';
import type { AnyReply } from './contract.ts';
import { type ErrorStatuses, type Failure, ServiceError, toFailure } from './errors.ts';

// A route's replies and failures are JSON; undefined fields go.
const asJson = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;

/** They speak of rights, of what is not there yet, and of haste: the same request may fare better in a moment. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 404, 408, 425, 429]);

export const storedReply = (reply: AnyReply): JsonObject => asJson({ reply });

/** What is kept of a refusal; undefined for those that may pass, and for failures. */
export const storedFailure = (error: unknown, statuses: ErrorStatuses): JsonObject | undefined => {
  const failure = toFailure(error, statuses);
  const passes =
    failure.status >= 500 || PASSING.has(failure.status) || Reflect.get(Object(error), 'retryable') === true;
  return passes ? undefined : asJson({ failure });
};

/** Answers, or throws, what was stored, and says that it did. */
export const replay = (answer: JsonObject): AnyReply => {
  const replayed = { 'idempotency-replayed': 'true' };
  if (answer.failure !== undefined) {
    const { type, message, details, headers } = answer.failure as unknown as Failure;
    throw new ServiceError({ code: type, message, details, headers: { ...headers, ...replayed } });
  }
  const reply = answer.reply as unknown as AnyReply;
  return { ...reply, headers: { ...reply.headers, ...replayed } };
};
