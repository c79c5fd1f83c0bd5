import type { StreamDefinition } from '@verifiedfan/ports';
import { CfnDeletionPolicy, type CfnResource } from 'aws-cdk-lib';
import { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import { CfnStream } from 'aws-cdk-lib/aws-kinesis';
import { idOf } from './naming.ts';
import type { Stage } from './stage.ts';

/** What holds data outlives its stack: who removes a stage removes its data by hand. */
export const retain = (resource: CfnResource): void => {
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.RETAIN;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
};

const KEYS = ['PK', 'SK'] as const;

/** A table is paid by request and has a stream only where a worker reads its changes. */
export const makeTable = ({ scope, naming, workers }: Stage, name: string): CfnTable => {
  const isRead = Object.values(workers).some(({ sources }) =>
    sources.some(({ kind, resource }) => kind === 'dynamodb' && resource === name),
  );
  const table = new CfnTable(scope, idOf(name), {
    tableName: naming.nameOf(name),
    billingMode: 'PAY_PER_REQUEST',
    attributeDefinitions: KEYS.map((attributeName) => ({ attributeName, attributeType: 'S' })),
    keySchema: KEYS.map((attributeName, at) => ({ attributeName, keyType: at === 0 ? 'HASH' : 'RANGE' })),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    sseSpecification: { sseEnabled: true },
    deletionProtectionEnabled: true,
    ...(isRead ? { streamSpecification: { streamViewType: 'NEW_AND_OLD_IMAGES' } } : {}),
  });
  retain(table);
  return table;
};

/** AWS's own key: one of the customer's would cost a call for each batch of each consumer. */
const KINESIS_KEY = 'alias/aws/kinesis';

/** With as many shards as the stage says, or else the catalogue; or with as many as AWS finds right, which costs more for each record. */
export const makeStream = (
  { scope, naming, settings }: Stage,
  name: string,
  definition: StreamDefinition,
): CfnStream => {
  const shards = settings.shards[name] ?? definition.shards ?? 1;
  const stream = new CfnStream(scope, idOf(name), {
    name: naming.nameOf(name),
    ...(shards === 'on-demand'
      ? { streamModeDetails: { streamMode: 'ON_DEMAND' } }
      : { streamModeDetails: { streamMode: 'PROVISIONED' }, shardCount: shards }),
    retentionPeriodHours: definition.retentionHours ?? 24,
    streamEncryption: { encryptionType: 'KMS', keyId: KINESIS_KEY },
  });
  retain(stream);
  return stream;
};
