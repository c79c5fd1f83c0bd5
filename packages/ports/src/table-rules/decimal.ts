/** A number as whole digits times a power of ten, exactly as its shortest text says. */
type Decimal = { digits: bigint; exponent: number };

const decimalOf = (value: number): Decimal => {
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
};

/**
 * The sum of two numbers as DynamoDB makes it, which counts in decimals: 0.1 and 0.2 are 0.3, and not 0.30000000000000004. What the sum has
 * beyond the digits of a JSON number is rounded away.
 */
export const decimalSum = (a: number, b: number): number => {
  const sum = a + b;
  // Counters, nearly always.
  if (Number.isSafeInteger(a) && Number.isSafeInteger(b) && Number.isSafeInteger(sum)) return sum;
  const [one, other] = [decimalOf(a), decimalOf(b)];
  const exponent = Math.min(one.exponent, other.exponent);
  const scaled = ({ digits, exponent: own }: Decimal): bigint => digits * 10n ** BigInt(own - exponent);
  return Number(`${scaled(one) + scaled(other)}e${exponent}`);
};
