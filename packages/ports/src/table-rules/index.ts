/** What a call of `Table` may look like, checked in the same words by every driver. For drivers only. */

export { invalid, tooLarge } from '../errors.ts';
export { type Prepared, prepareTransaction, prepareUpdates } from './action.ts';
export { applyAction } from './apply.ts';
export { assertCondition } from './condition-grammar.ts';
export { assertItemSize, assertKey, assertKeyPart, itemBytes } from './item.ts';
export { encodeCursor, type PreparedClause, type PreparedQuery, prepareQuery, prepareScan } from './query.ts';
export { compareUtf8, sameJson } from './same-json.ts';
