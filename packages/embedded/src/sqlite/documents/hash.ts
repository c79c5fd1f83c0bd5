/**
 * A number of 53 bits from a text (the scheme known as cyrb53), the widest that JavaScript and SQLite both hold exactly without the cost
 * of a BigInt. Not a secret and not proof against forged collisions: whoever uses it compares the text as well.
 */
export const hashText = (text: string): number => {
  let [high, low] = [0xdeadbeef, 0x41c6ce57];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  const mixedHigh = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  const mixedLow = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(mixedHigh ^ (mixedHigh >>> 13), 3266489909);
  return 4_294_967_296 * (2_097_151 & mixedLow) + (mixedHigh >>> 0);
};
