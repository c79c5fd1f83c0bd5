import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type AwsConnection, makeQueue, makeStream, makeTable, sdkConfiguration } from '@verifiedfan/aws';
import { notificationQueueNameOf, type ResourceNames, resourceNameOf, secretNameOf } from '@verifiedfan/platform';
import type { Catalogue, ResourceDefinition } from '@verifiedfan/ports';

export type StageOptions = {
  catalogue: Catalogue;
  names: ResourceNames;
  /** Where tables live, and everything else of AWS. */
  connections: { tables: AwsConnection; others: AwsConnection };
  /** By their names in the code. */
  secrets: Readonly<Record<string, string>>;
};

/** Makes the resources of a stage on emulators, as the deployed stacks make them on AWS. */
export const makeStage = async ({ catalogue, names, connections, secrets }: StageOptions): Promise<void> => {
  const { others } = connections;
  for (const [name, definition] of Object.entries(catalogue))
    await makeResource(name, definition, { names, connections });
  const manager = new SecretsManagerClient(sdkConfiguration(others));
  for (const [name, value] of Object.entries(secrets))
    await manager.send(new CreateSecretCommand({ Name: secretNameOf(name, names), SecretString: value }));
  manager.destroy();
};

const makeResource = async (
  name: string,
  definition: ResourceDefinition,
  { names, connections: { tables, others } }: Pick<StageOptions, 'names' | 'connections'>,
): Promise<void> => {
  const physical = resourceNameOf({ name, definition }, names);
  switch (definition.kind) {
    case 'table':
      return makeTable({ tableName: physical, stream: true, connection: tables });
    case 'stream':
      return makeStream({ streamName: physical, shards: definition.shards, connection: others });
    case 'queue': {
      const { visibilitySeconds } = definition;
      await makeQueue({ queueName: physical, visibilitySeconds, connection: others });
      return;
    }
    case 'bucket':
      return makeBucket(physical, notificationQueueNameOf(name, names), others);
    default:
      return;
  }
};

/** A bucket with versions, whose uploads are told through a queue. */
const makeBucket = async (Bucket: string, queueName: string, connection: AwsConnection): Promise<void> => {
  const QueueUrl = await makeQueue({ queueName, connection });
  const sqs = new SQSClient(sdkConfiguration(connection));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  sqs.destroy();
  const s3 = new S3Client({ ...sdkConfiguration(connection), forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
  const QueueConfigurations = [{ QueueArn: Attributes?.QueueArn ?? '', Events: ['s3:ObjectCreated:*' as const] }];
  const NotificationConfiguration = { QueueConfigurations };
  await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
  s3.destroy();
};
