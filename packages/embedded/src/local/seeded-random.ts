import type { Random } from '@verifiedfan/ports';

/** Spreads a text over four 32-bit words, so that similar seeds give unlike sequences (the scheme known as cyrb128). */
const spread = (text: string): [number, number, number, number] => {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  return [a, b, c, d];
};

/** A generator of 32-bit words, sfc32 of PractRand: small, fast, and without short cycles. */
const createWords = (seed: string): (() => number) => {
  let [a, b, c, d] = spread(seed);
  const next = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 15; round += 1) next();
  return next;
};

/** Chance that repeats: the same seed gives the same numbers on every machine. Never for secrets. */
export const createSeededRandom = (seed: number | string): Random => {
  const word = createWords(String(seed));
  const bytes = (count: number): Uint8Array => {
    const all = new Uint8Array(count);
    for (let index = 0; index < count; index += 1) all[index] = word() >>> 24;
    return all;
  };
  return {
    next: () => ((word() >>> 5) * 2 ** 26 + (word() >>> 6)) / 2 ** 53,
    uuid() {
      const hex = Buffer.from(bytes(16)).toString('hex');
      const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 3);
      return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
    },
    bytes,
  };
};
