import { InvalidArgumentError } from 'commander';

/** Parsers of arguments and options: each throws an error that says what is right. */

/** A whole number from 0 to `max`. */
export const whole =
  (max: number) =>
  (text: string): number => {
    const number = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    if (!(number <= max)) throw new InvalidArgumentError(`It must be a whole number from 0 to ${max}.`);
    return number;
  };

/** The first of four ports in a row. */
export const port = (text: string): number => {
  const number = /^[0-9]{1,5}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > 65_532) throw new InvalidArgumentError('It must be a port from 1 to 65532.');
  return number;
};

export const campaignId = (text: string): string => {
  if (/^[A-Za-z0-9._-]{1,128}$/.test(text)) return text;
  throw new InvalidArgumentError('A campaign id is 1 to 128 of A-Z a-z 0-9 . _ -');
};

export const filled = (text: string): string => {
  if (text.trim() === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
};

/** An option that may be given many times. */
export const collect = (text: string, earlier: readonly string[]): string[] => [...earlier, filled(text)];
