/** One value in DynamoDB's typed JSON. `N` is a decimal string, `B` base64; sets come as arrays without an order. */
export type AttributeValue =
  | { S: string }
  | { N: string }
  | { BOOL: boolean }
  | { NULL: true }
  | { M: AttributeMap }
  | { L: AttributeValue[] }
  | { B: string }
  | { SS: string[] }
  | { NS: string[] }
  | { BS: string[] };

/** A row, a key or a nested map in typed JSON. */
export type AttributeMap = { [name: string]: AttributeValue };
