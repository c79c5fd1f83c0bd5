/** Statuses of the service's own error types. */
export const ENTRY_ERRORS = { ENTRY_NOT_FOUND: 404, ALREADY_EXISTS: 409, CONTENTION: 503 } as const;

export class EntryNotFoundError extends Error {
  override readonly name = 'EntryNotFoundError';
  readonly code = 'ENTRY_NOT_FOUND' satisfies keyof typeof ENTRY_ERRORS;
  readonly retryable = false;
  constructor() {
    super('The member has no entry in this campaign');
  }
}

/** The member registered before, with other content. */
export class AlreadyRegisteredError extends Error {
  override readonly name = 'AlreadyRegisteredError';
  readonly code = 'ALREADY_EXISTS' satisfies keyof typeof ENTRY_ERRORS;
  readonly retryable = false;
  constructor() {
    super('The member is registered for this campaign with other content');
  }
}

/** Other writers kept winning. What was written stays; repeating the call is harmless and finishes it. */
export class ContentionError extends Error {
  override readonly name = 'ContentionError';
  readonly code = 'CONTENTION' satisfies keyof typeof ENTRY_ERRORS;
  readonly retryable = true;
  readonly headers = { 'retry-after': '1' };
  constructor() {
    super('Other writers change the same entries; repeat the request');
  }
}
