/** The part of a schedule expression that is wrong; `expression` when it is none of the parts. */
export type ScheduleField =
  | 'expression'
  | 'rate'
  | 'minutes'
  | 'hours'
  | 'day-of-month'
  | 'month'
  | 'day-of-week'
  | 'year';

/** Thrown when an expression is parsed, that is at start; repeating never helps. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly code = 'invalid_schedule';
  readonly retryable = false;
  readonly field: ScheduleField;
  constructor(field: ScheduleField, reason: string) {
    super(`Invalid schedule expression: ${field} ${reason}`);
    this.field = field;
  }
}
