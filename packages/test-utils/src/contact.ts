/**
 * Addresses and numbers that can never reach a person.
 * Domains: RFC 2606 reserves example.com, .org, .net and every name below .test.
 * Numbers: NANPA keeps 555-0100 to 555-0199 of each area for fiction; Ofcom keeps 07700 900000 to 900999; ARCEP keeps 06 39 98 xx xx;
 * ACMA keeps 0491 57x xxx numbers, of which only the six in use below are listed.
 */
export const RESERVED_DOMAINS = ['example.com', 'example.org', 'example.net', 'fans.test'] as const;

const AREA_CODES = '202 206 212 213 305 312 404 415 503 512 602 617 702 713 718 773 808 901 416 604'.split(' ');
const AUSTRALIAN = ['+61491570006', '+61491570110', '+61491570156', '+61491570157', '+61491570158', '+61491570159'];

/** How many different numbers `fictionalPhone` has. */
export const FICTIONAL_PHONES = AREA_CODES.length * 100 + 1000 + 10_000 + AUSTRALIAN.length;

const digits = (value: number, length: number): string => String(value).padStart(length, '0');

/** The n-th fictional number in E.164; n is taken modulo `FICTIONAL_PHONES`. */
export const fictionalPhone = (n: number): string => {
  let rest = n % FICTIONAL_PHONES;
  if (rest < AREA_CODES.length * 100) return `+1${AREA_CODES[Math.floor(rest / 100)]}55501${digits(rest % 100, 2)}`;
  rest -= AREA_CODES.length * 100;
  if (rest < 1000) return `+447700900${digits(rest, 3)}`;
  rest -= 1000;
  if (rest < 10_000) return `+3363998${digits(rest, 4)}`;
  return AUSTRALIAN[rest - 10_000] ?? '+12025550100';
};

/** True for a number of the fictional ranges, in E.164. A guard for senders in tests: everything else could be a person. */
export const isFictionalPhone = (phone: string): boolean =>
  /^\+1[2-9]\d{2}55501\d{2}$|^\+447700900\d{3}$|^\+3363998\d{4}$/.test(phone) || AUSTRALIAN.includes(phone);

/** True for an address below a domain that RFC 2606 reserves. */
export const isReservedEmail = (email: string): boolean =>
  /^[^@\s]+@(?:[a-z0-9-]+\.)*(?:example\.(?:com|org|net)|test)$/i.test(email);
