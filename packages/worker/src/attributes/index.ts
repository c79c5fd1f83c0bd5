export { fromAttributes, toAttributes } from './attributes.ts';
export { AttributeError, type AttributeErrorCode } from './errors.ts';
export { parseNumber } from './number.ts';
export type { AttributeMap, AttributeValue } from './types.ts';
