import { ScheduleError } from './errors.ts';
import { type FieldGrammar, parseValue, parseValues } from './values.ts';

const DAY_OF_MONTH: FieldGrammar = { field: 'day-of-month', lowest: 1, highest: 31 };
const DAY_OF_WEEK: FieldGrammar = {
  field: 'day-of-week',
  lowest: 1,
  highest: 7,
  names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'],
};
const SUNDAY = 1;
const SATURDAY = 7;

/** The length of one month and the weekday of its first day, 1 (Sunday) to 7. */
type Month = { length: number; firstWeekday: number };
/** The days of one month on which the schedule runs, ascending. */
export type DayRule = (month: Month) => number[];

const monthOf = (year: number, month: number): Month => ({
  length: new Date(Date.UTC(year, month, 0)).getUTCDate(),
  firstWeekday: new Date(Date.UTC(year, month - 1, 1)).getUTCDay() + 1,
});
const weekdayOf = ({ firstWeekday }: Month, day: number): number => ((firstWeekday + day - 2) % 7) + 1;
const daysOf = (month: Month): number[] => Array.from({ length: month.length }, (_, index) => index + 1);

/** Monday to Friday nearest to the day, never in another month. A month without the day has none. */
const nearestWorkday = (month: Month, day: number): number[] => {
  if (day > month.length) return [];
  const weekday = weekdayOf(month, day);
  if (weekday === SATURDAY) return [day === 1 ? 3 : day - 1];
  if (weekday === SUNDAY) return [day === month.length ? day - 2 : day + 1];
  return [day];
};

const parseDayOfMonth = (text: string): DayRule => {
  if (text === 'L') return (month) => [month.length];
  if (text.endsWith('W')) {
    const day = parseValue(text.slice(0, -1), DAY_OF_MONTH);
    return (month) => nearestWorkday(month, day);
  }
  const days = parseValues(text, DAY_OF_MONTH);
  return (month) => days.filter((day) => day <= month.length);
};

const onWeekday = (month: Month, weekday: number): number[] =>
  daysOf(month).filter((day) => weekdayOf(month, day) === weekday);

const parseDayOfWeek = (text: string): DayRule => {
  if (text.includes('#')) {
    const [weekdayText = '', nth = ''] = text.split('#', 2);
    const weekday = parseValue(weekdayText, DAY_OF_WEEK);
    if (!/^[1-5]$/.test(nth) || text.split('#').length > 2) {
      throw new ScheduleError('day-of-week', `takes one weekday and 1 to 5 around #, not "${text}"`);
    }
    return (month) => onWeekday(month, weekday).slice(Number(nth) - 1, Number(nth));
  }
  // `L` alone is the last day of the week, Saturday; behind a weekday it is the last such day of the month.
  if (text.endsWith('L') && text !== 'L') {
    const weekday = parseValue(text.slice(0, -1), DAY_OF_WEEK);
    return (month) => onWeekday(month, weekday).slice(-1);
  }
  const weekdays = new Set(text === 'L' ? [SATURDAY] : parseValues(text, DAY_OF_WEEK));
  return (month) => daysOf(month).filter((day) => weekdays.has(weekdayOf(month, day)));
};

/** Combines the two day fields, of which exactly one must be `?`. The answer takes a year and a month from 1 to 12. */
export const parseDays = (dayOfMonth: string, dayOfWeek: string): ((year: number, month: number) => number[]) => {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new ScheduleError('day-of-week', 'and day-of-month need exactly one ? between them');
  }
  const rule = dayOfMonth === '?' ? parseDayOfWeek(dayOfWeek) : parseDayOfMonth(dayOfMonth);
  return (year, month) => rule(monthOf(year, month));
};
