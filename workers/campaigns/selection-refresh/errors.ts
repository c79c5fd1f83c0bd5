/** Others keep changing a campaign, or its scores, while its selections are computed. */
export class StaleSelectionError extends Error {
  override readonly name = 'StaleSelectionError';
  readonly code = 'stale_selection';
  readonly retryable = true;
  constructor() {
    super('the campaign kept changing while its selections were computed');
  }
}
