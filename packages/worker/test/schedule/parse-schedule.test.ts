import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseSchedule, ScheduleError } from '../../src/schedule/index.ts';

const at = (text: string): number => Date.parse(text);
const times = (expression: string, after: string, count: number): (string | undefined)[] => {
  const { next } = parseSchedule(expression);
  const found: (string | undefined)[] = [];
  let time: number | undefined = at(after);
  for (let index = 0; index < count && time !== undefined; index++) {
    time = next(time);
    found.push(time === undefined ? undefined : new Date(time).toISOString().slice(0, 16));
  }
  return found;
};
const wrongField = (expression: string): string => {
  try {
    parseSchedule(expression);
  } catch (error) {
    assert.ok(error instanceof ScheduleError);
    assert.deepEqual([error.code, error.retryable], ['invalid_schedule', false]);
    assert.match(error.message, new RegExp(error.field));
    return error.field;
  }
  return assert.fail(`accepted ${expression}`);
};

describe('rate', () => {
  it('runs at whole periods, strictly after the given time', () => {
    assert.deepEqual(times('rate(1 minute)', '2026-01-01T00:00:00.000Z', 2), ['2026-01-01T00:01', '2026-01-01T00:02']);
    assert.deepEqual(times('rate(6 hours)', '2026-01-01T05:59:59.999Z', 2), ['2026-01-01T06:00', '2026-01-01T12:00']);
    assert.deepEqual(times('rate(1 day)', '2026-01-01T00:00:00.001Z', 1), ['2026-01-02T00:00']);
  });

  it('counts from its anchor', () => {
    const { next } = parseSchedule('rate(10 minutes)', { anchorMs: at('2026-01-01T00:03:00Z') });
    assert.equal(next(at('2026-01-01T00:03:00Z')), at('2026-01-01T00:13:00Z'));
    assert.equal(next(at('2026-01-01T00:02:59Z')), at('2026-01-01T00:03:00Z'));
  });

  it('refuses what AWS refuses', () => {
    const invalid = ['10 seconds', '10 years', '1 minutes', '1 hours', '1 days', '10 minute', '10 hour', '10 day', ''];
    const more = [
      '10',
      '10 minutess',
      'foo minutes',
      '0 minutes',
      '-10 minutes',
      '10 MINUTES',
      ' 10 minutes ',
      '1.5 hours',
    ];
    for (const text of [...invalid, ...more]) assert.equal(wrongField(`rate(${text})`), 'rate', text);
    for (const text of [' rate(10 minutes)', 'rate(10 minutes) ', 'at(2026-01-01T00:00:00)', '', 'RATE(1 day)']) {
      assert.equal(wrongField(text), 'expression', text);
    }
  });
});

describe('cron', () => {
  it('runs at the examples of the documentation', () => {
    const from = '2027-01-01T00:00:00Z';
    assert.deepEqual(times('cron(0 10 * * ? *)', from, 2), ['2027-01-01T10:00', '2027-01-02T10:00']);
    assert.deepEqual(times('cron(5,35 14 * * ? *)', from, 2), ['2027-01-01T14:05', '2027-01-01T14:35']);
    assert.deepEqual(times('cron(0 18 ? * MON-FRI *)', '2027-01-01T18:00:00Z', 1), ['2027-01-04T18:00']);
    assert.deepEqual(times('cron(0 8 1 * ? *)', from, 2), ['2027-01-01T08:00', '2027-02-01T08:00']);
    assert.deepEqual(times('cron(0/5 8-17 ? * MON-FRI *)', '2027-01-01T17:55:00Z', 1), ['2027-01-04T08:00']);
    assert.deepEqual(times('cron(1/10 0 * * ? *)', from, 3), [
      '2027-01-01T00:01',
      '2027-01-01T00:11',
      '2027-01-01T00:21',
    ]);
    assert.deepEqual(times('cron(0/5 5 ? JAN 1-5 2028)', from, 1), ['2028-01-02T05:00']);
  });

  it('knows the last day, the last weekday of a month, and Saturday as last day of the week', () => {
    assert.deepEqual(times('cron(0 0 L * ? *)', '2028-01-31T00:00:00Z', 2), ['2028-02-29T00:00', '2028-03-31T00:00']);
    assert.deepEqual(times('cron(15 10 ? * 6L 2002-2005)', '2001-01-01T00:00:00Z', 2), [
      '2002-01-25T10:15',
      '2002-02-22T10:15',
    ]);
    assert.deepEqual(times('cron(0 0 ? * FRIL *)', '2027-01-01T00:00:00Z', 1), ['2027-01-29T00:00']);
    assert.deepEqual(times('cron(0 0 ? * L *)', '2027-01-01T00:00:00Z', 1), ['2027-01-02T00:00']);
  });

  it('finds the weekday nearest to a day without leaving the month', () => {
    assert.deepEqual(times('cron(0 0 3W 1 ? 2027)', '2027-01-01T00:00:00Z', 2), ['2027-01-04T00:00', undefined]); // a Sunday
    assert.deepEqual(times('cron(0 0 2W 1 ? 2027)', '2026-12-31T23:59:00Z', 1), ['2027-01-01T00:00']); // a Saturday
    assert.deepEqual(times('cron(0 0 1W 5 ? 2027)', '2027-01-01T00:00:00Z', 1), ['2027-05-03T00:00']); // a Saturday, the 1st
    assert.deepEqual(times('cron(0 0 31W 1 ? 2027)', '2027-01-01T00:00:00Z', 1), ['2027-01-29T00:00']); // a Sunday, the last
    assert.deepEqual(times('cron(0 0 31W 2-3 ? 2027)', '2027-01-01T00:00:00Z', 1), ['2027-03-31T00:00']); // none in February
  });

  it('finds the nth weekday, and skips months that lack a fifth', () => {
    assert.deepEqual(times('cron(0 2 ? * 3#2 *)', '2027-01-01T00:00:00Z', 2), ['2027-01-12T02:00', '2027-02-09T02:00']);
    assert.deepEqual(times('cron(0 2 ? * SAT#5 *)', '2027-01-31T00:00:00Z', 1), ['2027-05-29T02:00']);
  });

  it('finds the leap day across a century that has none', () => {
    assert.deepEqual(times('cron(0 0 29 2 ? *)', '2096-03-01T00:00:00Z', 1), ['2104-02-29T00:00']);
  });

  it('ends after its last year, and after all time', () => {
    assert.deepEqual(times('cron(59 23 31 12 ? 2027)', '2027-01-01T00:00:00Z', 5), ['2027-12-31T23:59', undefined]);
    assert.deepEqual(times('cron(0 0 30 2 ? *)', '2027-01-01T00:00:00Z', 1), [undefined]);
    const { next } = parseSchedule('cron(* * * * ? *)');
    assert.deepEqual(
      [next(Date.UTC(2200, 0, 1)), next(Number.POSITIVE_INFINITY), next(Number.NaN)],
      Array(3).fill(undefined),
    );
    assert.equal(next(-1), 0);
  });

  it('takes what AWS takes', () => {
    const expressions = [
      '0-15/1 8-8 ? * 2,3,4,5,6,7 *',
      '30-30 13-13 ? * 2,4,6 *',
      '1-31/30 1-1 ? * 1,7 *',
      '*/15 * * * ? *',
    ];
    for (const text of [...expressions, '0-59/10 0-23/2 ? * * *', '* * ? * SAT#3 *', '0  1  *  *  ?  *'])
      parseSchedule(`cron(${text})`);
  });

  it('names the field that is wrong', () => {
    const cases: [string, string][] = [
      ['71 8 1 * ? *', 'minutes'],
      ['60 * * * ? *', 'minutes'],
      ['*,5 * * * ? *', 'minutes'],
      ['0/0 * * * ? *', 'minutes'],
      ['0/60 * * * ? *', 'minutes'],
      ['1//2 * * * ? *', 'minutes'],
      ['1,, * * * ? *', 'minutes'],
      ['? * * * ? *', 'minutes'],
      ['0 dummy ? * MON-FRI *', 'hours'],
      ['0 24 * * ? *', 'hours'],
      ['0 20-2 * * ? *', 'hours'],
      ['0 1-2-3 * * ? *', 'hours'],
      ['0 0 0 * ? *', 'day-of-month'],
      ['0 0 32 * ? *', 'day-of-month'],
      ['0 0 L,5 * ? *', 'day-of-month'],
      ['0 0 1-5W * ? *', 'day-of-month'],
      ['0 0 W * ? *', 'day-of-month'],
      ['0 0 LW * ? *', 'day-of-month'],
      ['0 0 * 13 ? *', 'month'],
      ['0 0 * ? ? *', 'month'],
      ['0 0 * jan ? *', 'month'],
      ['0 0 ? * ? *', 'day-of-week'],
      ['7 20 * * NOT *', 'day-of-week'],
      ['0 1 * * * *', 'day-of-week'],
      ['0 1 ? * 0 *', 'day-of-week'],
      ['0 1 ? * 8 *', 'day-of-week'],
      ['0 1 ? * 3#6 *', 'day-of-week'],
      ['0 1 ? * 3#1,6#3 *', 'day-of-week'],
      ['0 1 ? * 3#1#2 *', 'day-of-week'],
      ['0 1 ? * MON,FRIL *', 'day-of-week'],
      ['0 1 ? * FRI-MON *', 'day-of-week'],
      ['0 0 * * ? 1969', 'year'],
      ['0 0 * * ? 2200', 'year'],
      ['INVALID', 'expression'],
      ['', 'expression'],
      ['0 0 * * ?', 'expression'],
      ['0 0 0 * * ? *', 'expression'],
      [' 0 0 * * ? *', 'expression'],
    ];
    for (const [text, field] of cases) assert.equal(wrongField(`cron(${text})`), field, text);
  });
});
