import type { AttributeValue, TypedItem } from '../attribute-values.ts';

/** Bytes of a typed item as DynamoDB counts them: names and values, without the type letters. */
export const attributesSize = (item: TypedItem): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value), 0);

const valueSize = (value: AttributeValue): number => {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberSize(value.N);
  if (value.B !== undefined) return binarySize(value.B);
  if (value.SS !== undefined) return sum(value.SS, (text) => Buffer.byteLength(text));
  if (value.NS !== undefined) return sum(value.NS, numberSize);
  if (value.BS !== undefined) return sum(value.BS, binarySize);
  if (value.L !== undefined) return 3 + sum(value.L, (member) => 1 + valueSize(member));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + attributesSize(value.M);
  return 1;
};

const sum = <Member>(members: readonly Member[], size: (member: Member) => number): number =>
  members.reduce((total, member) => total + size(member), 0);

const binarySize = (text: string): number => Buffer.from(text, 'base64').length;

/** About a byte for two significant digits, and one more. */
const numberSize = (text: string): number =>
  1 + Math.ceil(text.replace(/[-.]|[eE].*$/g, '').replace(/^0+|0+$/g, '').length / 2);
