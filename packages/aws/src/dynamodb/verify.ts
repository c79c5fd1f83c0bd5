import type { TableDescription } from '@aws-sdk/client-dynamodb';
import { PortError } from '@verifiedfan/ports';
import { isCausedBy } from '../sdk/errors.ts';
import type { Dynamo } from './client.ts';

/** How the table is made; one that is not there is `not_found`. */
export const describeTable = async (dynamo: Dynamo): Promise<TableDescription> => {
  const { name, tableName } = dynamo;
  const describe = () =>
    dynamo.once({
      operation: 'DescribeTable',
      kind: 'none',
      send: ({ sdk, client }) => client.send(new sdk.DescribeTableCommand({ TableName: tableName })),
    });
  try {
    return (await dynamo.repeating(describe)).Table ?? {};
  } catch (error) {
    if (!isCausedBy(error, 'ResourceNotFoundException')) throw error;
    const message = `table ${tableName} does not exist in this account and region`;
    throw new PortError({ code: 'not_found', message, resource: name, cause: error });
  }
};

const keysOf = ({ KeySchema = [], AttributeDefinitions = [] }: TableDescription): string =>
  KeySchema.map(({ AttributeName, KeyType }) => {
    const definition = AttributeDefinitions.find((one) => one.AttributeName === AttributeName);
    return `${KeyType} ${AttributeName} ${definition?.AttributeType}`;
  })
    .sort()
    .join(', ');

const WANTED_KEYS = 'HASH PK S, RANGE SK S';
const USABLE = new Set(['ACTIVE', 'UPDATING']);

/** What is wrong with a table, in words for whoever made it; undefined when nothing is. */
const faultOf = (table: TableDescription, stream: boolean): string | undefined => {
  const keys = keysOf(table);
  if (keys !== WANTED_KEYS) {
    return `needs the partition key PK and the sort key SK, both of type S (${WANTED_KEYS}), and has ${keys || 'no keys'}`;
  }
  if (!stream) return undefined;
  const { StreamEnabled = false, StreamViewType = 'none' } = table.StreamSpecification ?? {};
  if (!StreamEnabled) return 'has no stream; enable one with NEW_AND_OLD_IMAGES';
  if (StreamViewType === 'NEW_AND_OLD_IMAGES') return undefined;
  return `has a stream of ${StreamViewType}, and its consumers need NEW_AND_OLD_IMAGES`;
};

/**
 * Throws when the table cannot serve: `not_found` when it is missing, `validation` when its keys or its stream are wrong, `unavailable` while
 * it is being made. The message names the table and what to change.
 */
export const verifyTable = async (dynamo: Dynamo, { stream }: { stream: boolean }): Promise<void> => {
  const { name, tableName } = dynamo;
  const table = await describeTable(dynamo);
  const fault = faultOf(table, stream);
  if (fault !== undefined) {
    throw new PortError({ code: 'validation', message: `table ${tableName} ${fault}`, resource: name });
  }
  const status = table.TableStatus ?? 'unknown';
  if (USABLE.has(status)) return;
  throw new PortError({ code: 'unavailable', message: `table ${tableName} is ${status}`, resource: name });
};
