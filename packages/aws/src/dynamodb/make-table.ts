import type { AwsConnection } from '../sdk/connection.ts';
import { isCausedBy } from '../sdk/errors.ts';
import { untilActive } from '../sdk/until-active.ts';
import { createDynamo, type Dynamo } from './client.ts';
import { describeTable } from './verify.ts';

export type MakeTableOptions = {
  tableName: string;
  /** With a stream of both images. @default true */
  stream?: boolean | undefined;
  connection: AwsConnection;
};

const create = (dynamo: Dynamo, stream: boolean) =>
  dynamo.once({
    operation: 'CreateTable',
    kind: 'none',
    send: async ({ sdk, client }) => {
      await client.send(
        new sdk.CreateTableCommand({
          TableName: dynamo.tableName,
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [
            { AttributeName: 'PK', KeyType: 'HASH' },
            { AttributeName: 'SK', KeyType: 'RANGE' },
          ],
          AttributeDefinitions: [
            { AttributeName: 'PK', AttributeType: 'S' },
            { AttributeName: 'SK', AttributeType: 'S' },
          ],
          StreamSpecification: stream
            ? { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' }
            : { StreamEnabled: false },
        }),
      );
      return {};
    },
  });

/**
 * Makes a table and waits until it can be used; one that is there already stays as it is. For tests and emulators: a deployed estate has its
 * tables from its own stack. A table that is not active after a minute is `unavailable`.
 */
export const makeTable = async ({ tableName, stream = true, connection }: MakeTableOptions): Promise<void> => {
  const dynamo = createDynamo({ name: tableName, tableName, connection, attempts: 4, onUse: undefined });
  try {
    await create(dynamo, stream).catch((error: unknown) => {
      if (!isCausedBy(error, 'ResourceInUseException')) throw error;
    });
    const status = async () => (await describeTable(dynamo)).TableStatus;
    await untilActive({ clock: connection.clock, what: `table ${tableName}`, resource: tableName, status });
  } finally {
    await dynamo.lifecycle.close();
  }
};
