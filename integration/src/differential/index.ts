/** Plays the same operations on an embedded driver and on the server that it stands in for. */
export { codeOf } from './answer.ts';
export { createDice, type Dice } from './dice.ts';
export { compareDrivers, type DifferentialOptions, differential } from './differential.ts';
export type { Difference, KnownDifference, Pair, Side } from './play.ts';
