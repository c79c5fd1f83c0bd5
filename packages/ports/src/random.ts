/** Chance comes from here and nowhere else; a seeded source makes a run repeatable. */
export interface Random {
  /** A number with 0 <= n < 1. */
  next(): number;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** `count` random bytes; cryptographically strong unless the source is seeded. */
  bytes(count: number): Uint8Array;
}
