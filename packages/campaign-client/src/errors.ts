/** campaign-service answered something that its contract does not know. */
export class CampaignAnswerError extends Error {
  override readonly name = 'CampaignAnswerError';
  readonly code = 'unexpected_answer';
  readonly retryable = false;
  constructor(what: string) {
    super(`campaign-service: the answer is not ${what}`);
  }
}
