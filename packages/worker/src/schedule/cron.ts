import { parseDays } from './days.ts';
import { ScheduleError } from './errors.ts';
import { type FieldGrammar, parseValues } from './values.ts';

// Own code, because none of the libraries reads AWS's grammar: croner 11 refuses the documented `0/15` and a lone `L` as weekday, takes
// `* * *`, `? ?` and `3#1,6#3`, which AWS refuses, and does not say which field is wrong; aws-cron-parser 1.1 checks no field at all.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html

const MINUTES: FieldGrammar = { field: 'minutes', lowest: 0, highest: 59 };
const HOURS: FieldGrammar = { field: 'hours', lowest: 0, highest: 23 };
const MONTHS: FieldGrammar = {
  field: 'month',
  lowest: 1,
  highest: 12,
  names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
};
const YEARS: FieldGrammar = { field: 'year', lowest: 1970, highest: 2199 };

const MINUTE_MS = 60_000;
const END_MS = Date.UTC(2200, 0, 1);

type Fields = {
  minutes: readonly number[];
  hours: readonly number[];
  months: readonly number[];
  years: readonly number[];
  daysIn: (year: number, month: number) => number[];
};

const parseFields = (text: string): Fields => {
  const [minutes, hours, dayOfMonth, months, dayOfWeek, years, ...more] = text.split(/ +/);
  if (!minutes || !hours || !dayOfMonth || !months || !dayOfWeek || !years || more.length > 0) {
    throw new ScheduleError('expression', 'cron takes six fields: minutes hours day-of-month month day-of-week year');
  }
  return {
    minutes: parseValues(minutes, MINUTES),
    hours: parseValues(hours, HOURS),
    daysIn: parseDays(dayOfMonth, dayOfWeek),
    months: parseValues(months, MONTHS),
    years: parseValues(years, YEARS),
  };
};

/** The first minute of the day, counted from midnight, that is at least `from`. */
const minuteOfDay = ({ hours, minutes }: Fields, from: number): number | undefined => {
  for (const hour of hours) {
    for (const minute of minutes) if (hour * 60 + minute >= from) return hour * 60 + minute;
  }
  return undefined;
};

const firstFrom = (fields: Fields, fromMs: number): number | undefined => {
  const from = new Date(fromMs);
  const midnight = Date.UTC(from.getUTCFullYear(), from.getUTCMonth(), from.getUTCDate());
  for (const year of fields.years) {
    if (year < from.getUTCFullYear()) continue;
    for (const month of fields.months) {
      if (Date.UTC(year, month, 0) < midnight) continue;
      for (const day of fields.daysIn(year, month)) {
        const dayMs = Date.UTC(year, month - 1, day);
        if (dayMs < midnight) continue;
        const minute = minuteOfDay(fields, dayMs === midnight ? (fromMs - midnight) / MINUTE_MS : 0);
        if (minute !== undefined) return dayMs + minute * MINUTE_MS;
      }
    }
  }
  return undefined;
};

/** Compiles the inside of `cron(…)`; the answer is the first matching minute after a time, or undefined when there is none. */
export const parseCron = (text: string): ((afterMs: number) => number | undefined) => {
  const fields = parseFields(text);
  return (afterMs) => {
    if (!(afterMs < END_MS)) return undefined;
    return firstFrom(fields, Math.max(0, (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS));
  };
};
