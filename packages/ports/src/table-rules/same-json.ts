import type { JsonValue } from '../json.ts';

/** Orders text by its UTF-8 bytes, which is the order of code points; JavaScript's own order differs for surrogate pairs. */
export const compareUtf8 = (a: string, b: string): number => {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
};

/** Puts surrogates (code points from U+10000) behind the rest of the basic plane. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit);

/** Whether two JSON values are the same, whatever the order of their attributes. */
export const sameJson = (a: JsonValue | undefined, b: JsonValue | undefined): boolean => {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((value, index) => sameJson(value, b[index]))
    );
  }
  let names = 0;
  for (const name in a) {
    names++;
    if (!Object.hasOwn(b, name) || !sameJson(a[name], b[name])) return false;
  }
  for (const _ in b) names--;
  return names === 0;
};
