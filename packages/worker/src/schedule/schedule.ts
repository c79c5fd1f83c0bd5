import { parseCron } from './cron.ts';
import { ScheduleError } from './errors.ts';

export type Schedule = {
  expression: string;
  /** The first time strictly after `afterMs` (Unix milliseconds), on a whole minute; undefined when there is none any more. */
  next(afterMs: number): number | undefined;
};

export type ScheduleOptions = {
  /**
   * Where a rate starts counting, in Unix milliseconds. EventBridge counts from the moment a rule is created; a fixed start makes
   * the times the same after a restart. @default 0
   */
  anchorMs?: number | undefined;
};

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

const parseRate = (text: string, anchorMs: number): Schedule['next'] => {
  const match = /^(\d{1,6}) (minute|hour|day)(s?)$/.exec(text);
  if (match === null)
    throw new ScheduleError('rate', 'takes a number and minute(s), hour(s) or day(s), such as "5 minutes"');
  const [, number, unit = '', plural] = match;
  const count = Number(number);
  if (count < 1) throw new ScheduleError('rate', 'takes a number of at least 1');
  if ((count === 1) === (plural === 's')) {
    throw new ScheduleError('rate', `of ${count} takes ${unit}${count === 1 ? '' : 's'}, singular only for 1`);
  }
  const periodMs = count * (UNIT_MS[unit] ?? 0);
  return (afterMs) => {
    if (!Number.isFinite(afterMs)) return undefined;
    return anchorMs + (Math.floor((afterMs - anchorMs) / periodMs) + 1) * periodMs;
  };
};

/**
 * Parses `rate(n minutes|hours|days)` or the six-field `cron(minutes hours day-of-month month day-of-week year)` of EventBridge, in
 * UTC and to the minute. Cron knows names in capitals, lists, ranges, steps, `*`, `?`, `L`, `W` and `#`; exactly one of the day fields is
 * `?`; years run from 1970 to 2199. Throws `ScheduleError`, whose `field` names what is wrong.
 */
export const parseSchedule = (expression: string, { anchorMs = 0 }: ScheduleOptions = {}): Schedule => {
  const [, kind, inside = ''] = /^(rate|cron)\((.*)\)$/.exec(expression) ?? [];
  if (kind === undefined) throw new ScheduleError('expression', 'is rate(…) or cron(…), without spaces around it');
  return { expression, next: kind === 'cron' ? parseCron(inside) : parseRate(inside, anchorMs) };
};
