import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSchedule } from '../../src/schedule/index.ts';

// Random expressions against the plainest possible reading: every minute of a year is looked at, and a minute belongs to the
// schedule when each field, as the generator meant it, holds it. The generator never parses, so it cannot share a mistake.

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
const numbersFrom = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
};

type Pick = (below: number) => number;
type Field = { text: string; holds: (value: number) => boolean };
type DayField = { text: string; holds: (date: Date) => boolean };

const choose = <Value>(pick: Pick, values: readonly [Value, ...Value[]]): Value =>
  values[pick(values.length)] ?? values[0];

const field = (pick: Pick, lowest: number, highest: number): Field => {
  const value = () => lowest + pick(highest - lowest + 1);
  const kinds: [() => Field, ...(() => Field)[]] = [
    () => ({ text: '*', holds: () => true }),
    () => {
      const wanted = [value(), value(), value()];
      return { text: wanted.join(','), holds: (candidate) => wanted.includes(candidate) };
    },
    () => {
      const [a, b] = [value(), value()];
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      return { text: `${low}-${high}`, holds: (candidate) => candidate >= low && candidate <= high };
    },
    () => {
      const [start, step] = [value(), 1 + pick(highest)];
      return { text: `${start}/${step}`, holds: (candidate) => candidate >= start && (candidate - start) % step === 0 };
    },
  ];
  return choose(pick, kinds)();
};

const NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] as const;
const daysInMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
const isWorkday = (date: Date): boolean => date.getUTCDay() >= 1 && date.getUTCDay() <= 5;

/** Every other workday of the month is farther away from `wanted`; of two at the same distance the month's edge decides. */
const isNearestWorkday = (date: Date, wanted: number): boolean => {
  if (!isWorkday(date) || wanted > daysInMonth(date)) return false;
  const distance = (day: number) => Math.abs(day - wanted);
  const workdays = Array.from({ length: daysInMonth(date) }, (_, index) => index + 1).filter((day) =>
    isWorkday(new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), day))),
  );
  return workdays.every((day) => distance(day) >= distance(date.getUTCDate()));
};

const dayFields = (pick: Pick): { dayOfMonth: string; dayOfWeek: string; holds: (date: Date) => boolean } => {
  const weekday = pick(7);
  const nth = 1 + pick(5);
  const day = 1 + pick(31);
  const monthDays = field(pick, 1, 31);
  const weekDays = field(pick, 1, 7);
  const ofMonth: [DayField, ...DayField[]] = [
    { text: monthDays.text, holds: (date) => monthDays.holds(date.getUTCDate()) },
    { text: 'L', holds: (date) => date.getUTCDate() === daysInMonth(date) },
    { text: `${day}W`, holds: (date) => isNearestWorkday(date, day) },
  ];
  const ofWeek: [DayField, ...DayField[]] = [
    { text: weekDays.text, holds: (date) => weekDays.holds(date.getUTCDay() + 1) },
    { text: 'L', holds: (date) => date.getUTCDay() === 6 },
    {
      text: `${NAMES[weekday]}L`,
      holds: (date) => date.getUTCDay() === weekday && date.getUTCDate() + 7 > daysInMonth(date),
    },
    {
      text: `${weekday + 1}#${nth}`,
      holds: (date) => date.getUTCDay() === weekday && Math.ceil(date.getUTCDate() / 7) === nth,
    },
  ];
  if (pick(2) === 0) {
    const { text, holds } = choose(pick, ofMonth);
    return { dayOfMonth: text, dayOfWeek: '?', holds };
  }
  const { text, holds } = choose(pick, ofWeek);
  return { dayOfMonth: '?', dayOfWeek: text, holds };
};

/** All minutes of a year that the fields hold, in order. */
const bruteForce = (
  year: number,
  minutes: Field,
  hours: Field,
  months: Field,
  holds: (date: Date) => boolean,
): number[] => {
  const found: number[] = [];
  for (let dayMs = Date.UTC(year, 0, 1); dayMs < Date.UTC(year + 1, 0, 1); dayMs += DAY_MS) {
    const date = new Date(dayMs);
    const dayHolds = months.holds(date.getUTCMonth() + 1) && holds(date);
    for (let minute = 0; minute < 24 * 60; minute++) {
      if (dayHolds && hours.holds(Math.floor(minute / 60)) && minutes.holds(minute % 60))
        found.push(dayMs + minute * MINUTE_MS);
    }
  }
  return found;
};

describe('next', () => {
  it('gives every matching minute of a year, in order, and no other', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const pick = numbersFrom(seed);
      const year = 2020 + pick(12);
      const [minutes, hours, months] = [field(pick, 0, 59), field(pick, 0, 23), field(pick, 1, 12)];
      const { dayOfMonth, dayOfWeek, holds } = dayFields(pick);
      const expression = `cron(${minutes.text} ${hours.text} ${dayOfMonth} ${months.text} ${dayOfWeek} ${year})`;
      const { next } = parseSchedule(expression);
      const expected = bruteForce(year, minutes, hours, months, holds);
      const found: number[] = [];
      // Starting anywhere inside the minute before makes no difference.
      let time = next(Date.UTC(year, 0, 1) - 1 - pick(MINUTE_MS - 1));
      for (; time !== undefined && found.length <= expected.length; time = next(time + pick(MINUTE_MS)))
        found.push(time);
      assert.equal(found.length, expected.length, `seed ${seed}: ${expression}`);
      assert.ok(
        found.every((minute, index) => minute === expected[index]),
        `seed ${seed}: ${expression}`,
      );
    }
  });
});
