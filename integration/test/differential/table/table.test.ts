import { describe, it } from 'node:test';
import { createDynamoTable, makeTable } from '@verifiedfan/aws';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';
import { awsConnection, differential, type Pair, runOptions, uniqueName } from '../../../src/index.ts';
import { type TableOperation, tableOperations } from './operations.ts';
import { tableSide } from './side.ts';

const open = async (): Promise<Pair<TableOperation>> => {
  const connection = awsConnection('dynamodb-local');
  const tableName = uniqueName('differential');
  await makeTable({ tableName, connection });
  const dynamo = createDynamoTable({ name: 'demandTable', tableName, connection });
  const level = openLevelTable({ name: 'demandTable', memory: true, clock: systemClock, changeShards: 3 });
  return { embedded: tableSide(level, level.close), server: tableSide(dynamo, dynamo.close) };
};

describe('the embedded table beside DynamoDB Local', () => {
  differential({ it, title: 'a table', generator: tableOperations, open, ...runOptions() });
});
