import type { Random } from '@verifiedfan/ports';

/** Any number or text; equal seeds give equal sequences on every machine. */
export type Seed = number | string;

/**
 * A source of 32-bit whole numbers: sfc32, a small public-domain generator that passes PractRand. It is the inner loop of the score
 * file generator, hence a bare function rather than an object.
 */
export const createBits = (seed: Seed): (() => number) => {
  let [a, b, c, counter] = spread(String(seed));
  const next = (): number => {
    const result = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + result) | 0;
    return result >>> 0;
  };
  // The author's advice: the first outputs still resemble the seed.
  for (let round = 0; round < 16; round += 1) next();
  return next;
};

/** Four words from a text, so that neighbouring seeds (1 and 2, `a` and `b`) give unrelated sequences. */
const spread = (text: string): [number, number, number, number] => {
  const words: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1];
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    words[0] = mix(words[0] ^ code);
    words[1] = mix((words[1] + words[0]) | 0);
    words[2] = mix(words[2] ^ words[1] ^ (code << 8));
  }
  return words;
};

/** A bijection of 32-bit numbers (the finaliser of MurmurHash3): different inputs never give the same output. */
export const mix = (value: number): number => {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** The `Random` port from a seed: repeatable, and therefore never for keys, tokens or codes that somebody must not guess. */
export const createSeededRandom = ({ seed }: { seed: Seed }): Random => {
  const bits = createBits(seed);
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => bits() >>> 24);
  return {
    // 53 bits, as many as a JavaScript number below 1 can hold.
    next: () => ((bits() >>> 5) * 67_108_864 + (bits() >>> 6)) / 9_007_199_254_740_992,
    uuid() {
      const raw = bytes(16);
      raw[6] = ((raw[6] ?? 0) & 0x0f) | 0x40;
      raw[8] = ((raw[8] ?? 0) & 0x3f) | 0x80;
      return Buffer.from(raw)
        .toString('hex')
        .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
    bytes,
  };
};
