import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { JsonValue } from '@verifiedfan/ports';
import { invalid } from '@verifiedfan/ports/table-rules';
import { toAttributeValue } from './attribute-values.ts';

/** The names and values of one request. Every name has a placeholder: 573 words are reserved, and names may hold any character. */
export type Placeholders = {
  name(attribute: string): string;
  value(value: JsonValue): string;
  /** The fields of a request. DynamoDB refuses both empty ones and such as are not used. */
  fields(): {
    ExpressionAttributeNames?: Record<string, string>;
    ExpressionAttributeValues?: Record<string, AttributeValue>;
  };
};

/** "The maximum length of any expression string is 4 KB", placeholders as they are written. */
const MAX_EXPRESSION_LENGTH = 4_096;

export const createPlaceholders = (): Placeholders => {
  const names = new Map<string, string>();
  const values: Record<string, AttributeValue> = {};
  let count = 0;
  return {
    name(attribute) {
      const known = names.get(attribute);
      if (known !== undefined) return known;
      const placeholder = `#${names.size.toString(36)}`;
      names.set(attribute, placeholder);
      return placeholder;
    },
    value(value) {
      const placeholder = `:${(count++).toString(36)}`;
      values[placeholder] = toAttributeValue(value);
      return placeholder;
    },
    fields: () => ({
      ...(names.size > 0 && {
        ExpressionAttributeNames: Object.fromEntries(
          [...names].map(([attribute, placeholder]) => [placeholder, attribute]),
        ),
      }),
      ...(count > 0 && { ExpressionAttributeValues: values }),
    }),
  };
};

/** Refuses an expression that DynamoDB would refuse for its length, before anything is sent. */
export const assertExpression = (expression: string): string => {
  if (expression.length > MAX_EXPRESSION_LENGTH) {
    throw invalid('an update or a condition names more attributes than fit into an expression of DynamoDB (4 KB)');
  }
  return expression;
};
