import type { Table, TablePage } from '@verifiedfan/ports';
import { encodeCursor, type PreparedClause, prepareQuery, prepareScan } from '@verifiedfan/ports/table-rules';
import { type Attributes, keyAttributes, toItem, toKey } from './attribute-values.ts';
import type { Dynamo } from './client.ts';
import { conditionExpression } from './condition.ts';
import { createPlaceholders, type Placeholders } from './placeholders.ts';

/** DynamoDB's type of `Limit`; a page never has as many rows. */
const MOST_LIMIT = 2 ** 31 - 1;

const OPERATORS = { equals: '=', less: '<', lessOrEqual: '<=', greater: '>', greaterOrEqual: '>=' } as const;

const clauseExpression = (clause: PreparedClause, { name, value }: Placeholders): string => {
  const SK = name('SK');
  if (clause.operator === 'between') return `${SK} BETWEEN ${value(clause.low)} AND ${value(clause.high)}`;
  if (clause.operator === 'beginsWith') return `begins_with(${SK}, ${value(clause.operand)})`;
  return `${SK} ${OPERATORS[clause.operator]} ${value(clause.operand)}`;
};

const toPage = ({
  Items = [],
  LastEvaluatedKey,
}: {
  Items?: Attributes[] | undefined;
  LastEvaluatedKey?: Attributes | undefined;
}): TablePage => ({
  items: Items.map(toItem),
  ...(LastEvaluatedKey !== undefined && { cursor: encodeCursor(toKey(LastEvaluatedKey)) }),
});

/** Reads page by page, strongly consistent. DynamoDB gives a cursor also where a page ends with the very last row. */
export const createQueries = (dynamo: Dynamo): Pick<Table, 'query' | 'scan'> => {
  const common = { TableName: dynamo.tableName, ConsistentRead: true, ...dynamo.capacity };
  return {
    async query(wanted) {
      const { PK, clause, limit, reverse, filter, position } = prepareQuery(wanted);
      const placeholders = createPlaceholders();
      const partition = `${placeholders.name('PK')} = ${placeholders.value(PK)}`;
      const rows = clause === undefined ? '' : ` AND ${clauseExpression(clause, placeholders)}`;
      const FilterExpression = filter && conditionExpression(filter, placeholders);
      const input = {
        ...common,
        KeyConditionExpression: partition + rows,
        ScanIndexForward: !reverse,
        ...(limit !== undefined && { Limit: Math.min(limit, MOST_LIMIT) }),
        ...(FilterExpression !== undefined && { FilterExpression }),
        ...(position !== undefined && { ExclusiveStartKey: keyAttributes(position) }),
        ...placeholders.fields(),
      };
      return toPage(
        await dynamo.repeating(() =>
          dynamo.once({
            operation: 'Query',
            kind: 'read',
            send: ({ sdk, client }) => client.send(new sdk.QueryCommand(input)),
          }),
        ),
      );
    },

    async scan(wanted = {}) {
      const { limit, position } = prepareScan(wanted);
      const input = {
        ...common,
        ...(limit !== undefined && { Limit: Math.min(limit, MOST_LIMIT) }),
        ...(position !== undefined && { ExclusiveStartKey: keyAttributes(position) }),
      };
      return toPage(
        await dynamo.repeating(() =>
          dynamo.once({
            operation: 'Scan',
            kind: 'read',
            send: ({ sdk, client }) => client.send(new sdk.ScanCommand(input)),
          }),
        ),
      );
    },
  };
};
