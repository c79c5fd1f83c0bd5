import { hash } from 'node:crypto';

const WORDS = 3;
const FIRST_CAPACITY = 1 << 12;

/**
 * A set of texts by 95 bits of their SHA-256, in 12 bytes each: a million texts take 24 to 48 MB where a Set of them takes over 100. That
 * two of ten million texts collide has a probability below one in 10^14.
 */
export const createDigestSet = () => {
  let capacity = FIRST_CAPACITY;
  let slots = new Uint32Array(capacity * WORDS);
  let size = 0;
  /** The words of the text that was asked for last; an array for each of a million texts would cost more than hashing them. */
  const words = new Uint32Array(WORDS);

  const digest = (text: string): void => {
    const bytes = hash('sha256', text, 'buffer');
    // All zeros marks a free slot.
    words[0] = bytes.readUInt32LE(0) | 1;
    words[1] = bytes.readUInt32LE(4);
    words[2] = bytes.readUInt32LE(8);
  };

  /** Where the digest stands, or the free slot in which it would; at most half of the slots are taken. */
  const find = (): number => {
    const [a = 0, b = 0, c = 0] = words;
    const mask = capacity - 1;
    let slot = (b ^ c) & mask;
    for (;;) {
      const at = slot * WORDS;
      if (slots[at] === 0 || (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c)) return at;
      slot = (slot + 1) & mask;
    }
  };

  const grow = (): void => {
    const smaller = slots;
    capacity *= 2;
    slots = new Uint32Array(capacity * WORDS);
    for (let at = 0; at < smaller.length; at += WORDS) {
      if (smaller[at] === 0) continue;
      words.set(smaller.subarray(at, at + WORDS));
      slots.set(words, find());
    }
  };

  return {
    add(text: string): void {
      if ((size + 1) * 2 > capacity) grow();
      digest(text);
      const at = find();
      if (slots[at] !== 0) return;
      slots.set(words, at);
      size += 1;
    },
    has(text: string): boolean {
      digest(text);
      return slots[find()] !== 0;
    },
    get size(): number {
      return size;
    },
  };
};
export type DigestSet = ReturnType<typeof createDigestSet>;
