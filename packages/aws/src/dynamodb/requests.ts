import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Prepared } from '@verifiedfan/ports/table-rules';
import { type Attributes, keyAttributes, toAttributes } from './attribute-values.ts';
import { conditionExpression } from './condition.ts';
import { createPlaceholders } from './placeholders.ts';
import { updateExpression } from './update.ts';

type Expressions = {
  TableName: string;
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
};
type Conditional = Expressions & { ConditionExpression?: string };
export type WriteRequest =
  | { readonly kind: 'put'; readonly input: Conditional & { Item: Attributes } }
  | { readonly kind: 'update'; readonly input: Conditional & { Key: Attributes; UpdateExpression: string } }
  | { readonly kind: 'delete'; readonly input: Conditional & { Key: Attributes } }
  | { readonly kind: 'check'; readonly input: Expressions & { Key: Attributes; ConditionExpression: string } };

/** A checked action as the fields that single writes and transactions share. Throws `validation` where an expression would be too long. */
export const toWriteRequest = (action: Prepared, TableName: string): WriteRequest => {
  const placeholders = createPlaceholders();
  const UpdateExpression = action.kind === 'update' ? updateExpression(action.update, placeholders) : '';
  const ConditionExpression = action.condition && conditionExpression(action.condition, placeholders);
  const common = {
    TableName,
    ...(ConditionExpression !== undefined && { ConditionExpression }),
    ...placeholders.fields(),
  };
  if (action.kind === 'put') return { kind: 'put', input: { ...common, Item: toAttributes(action.item) } };
  const Key = keyAttributes(action.key);
  if (action.kind === 'delete') return { kind: 'delete', input: { ...common, Key } };
  if (action.kind === 'check') {
    return { kind: 'check', input: { ...common, Key, ConditionExpression: ConditionExpression ?? '' } };
  }
  return { kind: 'update', input: { ...common, Key, UpdateExpression } };
};

/** Tells rows apart; no key gives the text of another. */
export const rowKeyOf = ({ PK, SK }: { PK: string; SK: string }): string => `${PK.length} ${PK}${SK}`;
