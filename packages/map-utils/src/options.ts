import { MapUtilsError } from './errors.ts';

/** What one option may be. `expects` completes the sentence "<option> must be …". */
export type OptionRule = { expects: string; accepts: (value: unknown) => boolean };

const isWholeNumber = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && Number(value) >= least;

/** 1, 2, 3 … up to 2^53 - 1. */
export const positiveInteger: OptionRule = {
  expects: 'a whole number of at least 1',
  accepts: (value) => isWholeNumber(value, 1),
};

/** 0, 1, 2 … up to 2^53 - 1. */
export const wholeNumber: OptionRule = {
  expects: 'a whole number of at least 0',
  accepts: (value) => isWholeNumber(value, 0),
};

/** A whole number of at least 0, or `Infinity` for "no bound". */
export const wholeNumberOrInfinity: OptionRule = {
  expects: 'a whole number of at least 0, or Infinity',
  accepts: (value) => value === Number.POSITIVE_INFINITY || isWholeNumber(value, 0),
};

export const trueOrFalse: OptionRule = { expects: 'true or false', accepts: (value) => typeof value === 'boolean' };

export const callable: OptionRule = { expects: 'a function', accepts: (value) => typeof value === 'function' };

export const abortSignal: OptionRule = {
  expects: 'an AbortSignal',
  accepts: (value) => value instanceof AbortSignal,
};

/** The option may be left out; undefined counts as left out. */
export const optional = ({ expects, accepts }: OptionRule): OptionRule => ({
  expects: `${expects}, or left out`,
  accepts: (value) => value === undefined || accepts(value),
});

/**
 * Refuses unknown, missing and ill-formed options when a thing is built, so that a typo fails at start-up instead of being ignored.
 * The compiler demands one rule per option. Throws `MapUtilsError` with `invalid_options`; the message names the option, never its value.
 */
export const checkOptions = <Options extends object>(
  owner: string,
  options: Options,
  rules: { readonly [Name in keyof Required<Options>]: OptionRule },
): void => {
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined) {
    throw new MapUtilsError(
      'invalid_options',
      `${owner} has no option ${unknown}; it has ${Object.keys(rules).join(', ')}`,
    );
  }
  for (const name of Object.keys(rules) as (keyof Options & string)[]) {
    const { expects, accepts } = rules[name];
    if (!accepts(options[name])) throw new MapUtilsError('invalid_options', `${owner}: ${name} must be ${expects}`);
  }
};
