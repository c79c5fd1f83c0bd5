import type { Update } from '@verifiedfan/ports';
import { assertExpression, type Placeholders } from './placeholders.ts';

/** In the order of names: the same update has the same text, or a transaction that is repeated would not fit its token. */
const sorted = <Value>(attributes: Readonly<Record<string, Value>> = {}): [string, Value][] =>
  Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));

/** No row can have it: the port refuses the name. Transactions demand an expression, also of an update that only makes sure of the row. */
const NO_ATTRIBUTE = '__proto__';

/** A checked update in DynamoDB's language. */
export const updateExpression = (
  { set, setIfAbsent, add, remove = [] }: Update,
  { name, value }: Placeholders,
): string => {
  const sets = [
    ...sorted(set).map(([attribute, wanted]) => `${name(attribute)}=${value(wanted)}`),
    ...sorted(setIfAbsent).map(([attribute, wanted]) => {
      const placeholder = name(attribute);
      return `${placeholder}=if_not_exists(${placeholder},${value(wanted)})`;
    }),
  ];
  // ADD counts a missing attribute as 0 and refuses any that is not a number, as the port says.
  const adds = sorted(add).map(([attribute, amount]) => `${name(attribute)} ${value(amount)}`);
  const removes = remove.toSorted().map(name);
  const clauses = [
    ['SET', sets],
    ['ADD', adds],
    ['REMOVE', removes],
  ] as const;
  const expression = clauses
    .flatMap(([word, parts]) => (parts.length === 0 ? [] : [`${word} ${parts.join(',')}`]))
    .join(' ');
  return expression === '' ? `REMOVE ${name(NO_ATTRIBUTE)}` : assertExpression(expression);
};
