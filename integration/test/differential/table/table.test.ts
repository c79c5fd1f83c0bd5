import { describe, it } from 'node:test';
import { createDynamoTable, makeTable } from '@verifiedfan/aws';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';
import type { JsonValue } from '@verifiedfan/ports';
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

const KEY = { PK: 'campaign:a', SK: 'a' };
const nested = (levels: number): JsonValue => (levels === 0 ? 1 : [nested(levels - 1)]);

/** What differed once, shrunk. */
const REGRESSIONS: Readonly<Record<string, readonly TableOperation[]>> = {
  'a range of two types': [{ updateMany: [{ put: KEY, condition: { between: ['n', 1, 'a'] } }] }],
  'the 32nd level of nesting, and the 33rd': [31, 32].map((levels) => ({
    updateMany: [{ put: { ...KEY, value: nested(levels) } }],
  })),
  'a sum of decimals': [0.1, 0.2].map((n) => ({ updateMany: [{ update: KEY, add: { n } }] })),
};

describe('the embedded table beside DynamoDB Local', () => {
  differential({ it, title: 'a table', generator: tableOperations, open, regressions: REGRESSIONS, ...runOptions() });
});
