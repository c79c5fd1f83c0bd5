import { ScheduleError, type ScheduleField } from './errors.ts';

/** What a field of a cron expression may hold. */
export type FieldGrammar = {
  field: ScheduleField;
  lowest: number;
  highest: number;
  /** Names in place of numbers, the first standing for `lowest`. Capitals only, as in AWS's documentation. */
  names?: readonly string[];
};

/** One number or name. */
export const parseValue = (text: string, { field, lowest, highest, names = [] }: FieldGrammar): number => {
  const named = names.indexOf(text);
  if (named !== -1) return lowest + named;
  const value = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= lowest && value <= highest)) {
    const alternative = names.length === 0 ? '' : ` or ${names[0]} to ${names.at(-1)}`;
    throw new ScheduleError(field, `takes ${lowest} to ${highest}${alternative}, not "${text}"`);
  }
  return value;
};

const parseRange = (text: string, grammar: FieldGrammar): [from: number, to: number] => {
  if (text === '*') return [grammar.lowest, grammar.highest];
  const [first = '', second, ...more] = text.split('-');
  if (more.length > 0) throw new ScheduleError(grammar.field, `has a malformed range "${text}"`);
  const from = parseValue(first, grammar);
  const to = second === undefined ? from : parseValue(second, grammar);
  // Quartz wraps such a range around, AWS documents nothing: written as two ranges it means the same everywhere.
  if (to < from) throw new ScheduleError(grammar.field, `has a range that runs backwards, "${text}"`);
  return [from, to];
};

const parseItem = (text: string, grammar: FieldGrammar): number[] => {
  const [span = '', step, ...more] = text.split('/');
  if (more.length > 0) throw new ScheduleError(grammar.field, `has more than one step in "${text}"`);
  const [from, last] = parseRange(span, grammar);
  if (step === undefined) return Array.from({ length: last - from + 1 }, (_, index) => from + index);
  const width = /^\d{1,4}$/.test(step) ? Number(step) : 0;
  if (width < 1 || width > grammar.highest)
    throw new ScheduleError(grammar.field, `has an impossible step in "${text}"`);
  // `5/10` starts at 5 and runs to the end of the field.
  const to = span.includes('-') || span === '*' ? last : grammar.highest;
  return Array.from({ length: Math.floor((to - from) / width) + 1 }, (_, index) => from + index * width);
};

/** Lists, ranges, steps and `*`: the allowed values in ascending order, each once. */
export const parseValues = (text: string, grammar: FieldGrammar): number[] => {
  const items = text.split(',');
  if (items.length > 1 && items.includes('*')) throw new ScheduleError(grammar.field, 'has * inside a list');
  const values = items.flatMap((item) => parseItem(item, grammar));
  return [...new Set(values)].sort((a, b) => a - b);
};
