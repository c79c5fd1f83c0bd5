import { isId, MAX_DETAILS, parseIsoDateTime, type ValidationDetail } from '@verifiedfan/schema';
import { VERDICTS } from './entry.ts';

/** One field of a score row: whether a value fits, and what to say when it does not. */
export type FieldRule = { fits: (value: unknown) => boolean; optional?: true; message: string };

const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown, maxLength: number): boolean =>
  typeof value === 'string' && value.length >= 1 && value.length <= maxLength;

export const MAX_EVENTS = 1_000;
const VERDICT_SET: ReadonlySet<unknown> = new Set(VERDICTS);

const id: FieldRule = {
  fits: (value) => typeof value === 'string' && isId(value),
  message: 'Must be 1 to 128 of A-Z a-z 0-9 . _ -',
};
const whole: FieldRule = { fits: isWhole, message: 'Must be a whole number from 0' };
const file: FieldRule = { fits: (value) => isText(value, 1_100), message: 'Must be 1 to 1100 characters' };

const isIdList = (value: unknown): boolean => {
  if (!Array.isArray(value) || value.length > MAX_EVENTS) return false;
  for (const element of value) if (typeof element !== 'string' || !isId(element)) return false;
  return true;
};

export const SCORE_RULES: Readonly<Record<string, FieldRule>> = {
  memberId: id,
  rank: { fits: (value) => value === null || isWhole(value), message: 'Must be a whole number from 0, or null' },
  events: { fits: isIdList, message: `Must be a list of at most ${MAX_EVENTS} event ids` },
  score: {
    fits: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    message: 'Must be a number from 0 to 1',
  },
  isVerified: { fits: (value) => typeof value === 'boolean', optional: true, message: 'Must be true or false' },
  verdict: { fits: (value) => VERDICT_SET.has(value), message: `Must be one of ${VERDICTS.join(', ')}` },
  scoredAt: {
    fits: (value) => typeof value === 'string' && parseIsoDateTime(value) !== undefined,
    message: 'Must be an ISO 8601 date-time with Z or an offset',
  },
  modelVersion: { fits: (value) => isText(value, 64), optional: true, message: 'Must be 1 to 64 characters' },
  file,
  load: whole,
  line: whole,
};

export const WITHDRAWAL_RULES: Readonly<Record<string, FieldRule>> = { memberId: id, file, load: whole };

/** A list of rows and the rules of its fields, with its pointers in the body. */
export type RowList = {
  name: 'scores' | 'withdrawals';
  rows: readonly unknown[];
  rules: Readonly<Record<string, FieldRule>>;
};

const checkRow = (
  row: unknown,
  pointer: string,
  rules: RowList['rules'],
  names: readonly string[],
): ValidationDetail[] => {
  if (typeof row !== 'object' || row === null || Array.isArray(row)) {
    return [{ pointer, rule: 'invalid_type', message: 'Must be an object' }];
  }
  const details: ValidationDetail[] = [];
  for (const name of names) {
    const value = (row as Record<string, unknown>)[name];
    const rule = rules[name];
    if (rule === undefined || (value === undefined ? rule.optional : rule.fits(value))) continue;
    details.push({
      pointer: `${pointer}/${name}`,
      rule: value === undefined ? 'required' : 'invalid_value',
      message: rule.message,
    });
  }
  for (const name in row) {
    if (Object.hasOwn(rules, name)) continue;
    details.push({ pointer, rule: 'unknown_field', message: 'Has an unknown field' });
  }
  return details;
};

/** What is wrong with the rows: at most `MAX_DETAILS` details, so that a hostile body is not worked through to its end. */
export const checkRows = ({ name, rows, rules }: RowList): ValidationDetail[] => {
  const names = Object.keys(rules);
  const details: ValidationDetail[] = [];
  for (let index = 0; index < rows.length && details.length < MAX_DETAILS; index++) {
    for (const detail of checkRow(rows[index], `/${name}/${index}`, rules, names)) details.push(detail);
  }
  return details;
};
