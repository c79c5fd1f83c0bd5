/** Field names that we print. Anything else may itself be data (`{ "fan@example.com": true }`) and is shown as `*`. */
const PRINTABLE = /^[A-Za-z0-9_.$~/-]{1,64}$/;

const escapeSegment = (segment: string): string =>
  PRINTABLE.test(segment) ? segment.replaceAll('~', '~0').replaceAll('/', '~1') : '*';

/** An RFC 6901 pointer. Segments outside `A-Z a-z 0-9 _ . $ ~ / -`, or longer than 64 characters, become `*`. */
export const toPointer = (path: readonly PropertyKey[]): string =>
  path.map((segment) => `/${escapeSegment(String(segment))}`).join('');
