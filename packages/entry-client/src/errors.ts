/** entry-service answered something that its contract does not know. The rows may have been applied; sending them again is harmless. */
export class EntryAnswerError extends Error {
  override readonly name = 'EntryAnswerError';
  readonly code = 'unexpected_answer';
  readonly retryable = false;
  constructor(field: string) {
    super(`entry-service: the answer has no valid ${field}`);
  }
}
