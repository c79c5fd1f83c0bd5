export { assertOptions, assertWhole, invalid } from './checks.ts';
export { assertJson, isPlain, MAX_DEPTH } from './json.ts';
