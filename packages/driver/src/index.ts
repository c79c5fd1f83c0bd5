export { assertOptions, assertWhole, invalid } from './checks.ts';
export { assertJson, isPlain, MAX_DEPTH } from './json.ts';
export { createUnderWay, type UnderWay } from './under-way.ts';
