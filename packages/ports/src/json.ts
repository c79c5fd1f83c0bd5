/** A value that survives a round trip through JSON unchanged. Numbers are finite; whole numbers stay exact up to 2^53 - 1. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };
