import { AttributeError } from './errors.ts';

const DECIMAL = /^([+-]?)(\d+)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Sign, digits without zeros at either end, and the place of the point: the same for `1e2`, `100` and `100.0`. */
const canonical = (text: string): string => {
  const match = DECIMAL.exec(text);
  if (match === null) throw new AttributeError('not_a_number', 'N is not a decimal number');
  const [, sign, whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
};

/**
 * DynamoDB keeps 38 significant digits, a JavaScript number about 16. A number comes back as a number when it names exactly the
 * decimal that was stored, otherwise as the decimal string, so that no digit is ever lost on the way.
 */
export const parseNumber = (text: string): number | string => {
  const value = Number(text);
  // Nearly every stored number takes this way: DynamoDB trims zeros, just as JavaScript prints.
  if (String(value) === text && Number.isFinite(value)) return value;
  const wanted = canonical(text);
  return Number.isFinite(value) && canonical(String(value)) === wanted ? value + 0 : text;
};

export const printNumber = (value: number): string => {
  if (!Number.isFinite(value)) throw new AttributeError('not_a_number', 'only finite numbers can be stored');
  return String(value);
};
