/** Another process has begun a turn at the relay of a destination; this one has written nothing since. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  readonly code = 'lease_lost';
  readonly retryable = true;
  constructor(destination: string) {
    super(`${destination}: another process relays now`);
  }
}

/** A destination did not answer in time; whether it took the events is unknown, so they are sent again. */
export class DestinationTimeoutError extends Error {
  override readonly name = 'DestinationTimeoutError';
  readonly code = 'timeout';
  readonly retryable = true;
  constructor(timeoutMs: number) {
    super(`the destination did not answer within ${timeoutMs} ms`);
  }
}

export const toError = (thrown: unknown): Error => (thrown instanceof Error ? thrown : new Error(String(thrown)));

/** What is written down of a failure: its code, which says nothing about anybody. */
export const reasonOf = (error: Error): string => {
  const code: unknown = Reflect.get(error, 'code');
  return typeof code === 'string' ? code : error.name;
};

const OF_THE_EVENT: ReadonlySet<string> = new Set(['validation', 'too_large', 'invalid_key']);

/** Whether the event itself is at fault, so that no repetition can help; every other fault may be of the destination or of its settings. */
export const isPoison = (error: Error): boolean => OF_THE_EVENT.has(reasonOf(error));
