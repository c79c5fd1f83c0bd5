/** How a value can be written so that a plain search does not see it. */
export type Form = 'url-encoded' | 'json-escaped' | 'html-escaped' | 'base64' | 'hex';

/** A decoding gives the texts that may be hidden in a text; none when nothing in it looks encoded that way. */
export type Decoding = { form: Form; decode(text: string): string[] };

/** Shorter runs cannot hold an address or a number, and would make noise. */
const BASE64_RUN = /[A-Za-z0-9+/_-]{11,}/g;
const HEX_RUN = /[0-9a-fA-F]{20,}/g;

/** The text with all matches decoded, if there are any: what surrounds a match stays, because a value may be encoded in part. */
const replaceAll =
  (pattern: RegExp, decode: (match: string, code: string) => string) =>
  (text: string): string[] => {
    const decoded = text.replace(pattern, (match: string, code: string) => decode(match, code));
    return decoded === text ? [] : [decoded];
  };

const character = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : '');

export const decodings: readonly Decoding[] = [
  // Each byte alone: addresses and numbers are ASCII, and a broken sequence elsewhere must not stop the search.
  { form: 'url-encoded', decode: replaceAll(/%([0-9a-f]{2})/gi, (_, code) => character(Number.parseInt(code, 16))) },
  { form: 'json-escaped', decode: replaceAll(/\\(?:u([0-9a-f]{4})|["\\/])/gi, decodeEscape) },
  {
    form: 'html-escaped',
    decode: replaceAll(/&#(x[0-9a-f]{1,6}|\d{1,7});/gi, (_, code) =>
      character(Number(/^x/i.test(code) ? `0${code}` : code)),
    ),
  },
  { form: 'base64', decode: decodeBase64 },
  { form: 'hex', decode: decodeHex },
];

function decodeEscape(match: string, code: string | undefined): string {
  return code === undefined ? match.slice(1) : character(Number.parseInt(code, 16));
}

/** The four alignments, since a value may stand anywhere in what was encoded, and the run may begin with letters that do not belong to it. */
function decodeBase64(text: string): string[] {
  return [...text.matchAll(BASE64_RUN)].flatMap(([run]) =>
    [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), 'base64').toString('latin1')),
  );
}

function decodeHex(text: string): string[] {
  return [...text.matchAll(HEX_RUN)].flatMap(([run]) =>
    [0, 1].map((skip) => Buffer.from(run.slice(skip), 'hex').toString('latin1')),
  );
}
