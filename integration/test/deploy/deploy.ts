import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { Synthesised } from './synthesise.ts';

/** What every client of an SDK takes. */
export type Sdk = {
  region: string;
  endpoint: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
};

/** CDK asks for this version of what `cdk bootstrap` makes in an account. */
const BOOTSTRAP = { name: '/cdk-bootstrap/hnb659fds/version', version: '30' };
const STACK_SECONDS = 120;

/** Makes what `cdk bootstrap` would make, as far as this stack needs it, and sends the assets there. */
const publish = async (sdk: Sdk, { assets }: Synthesised): Promise<void> => {
  const [s3, ssm] = [new S3Client({ ...sdk, forcePathStyle: true }), new SSMClient(sdk)];
  await ssm.send(new PutParameterCommand({ Name: BOOTSTRAP.name, Value: BOOTSTRAP.version, Type: 'String' }));
  for (const Bucket of new Set(assets.map(({ bucket }) => bucket))) await s3.send(new CreateBucketCommand({ Bucket }));
  for (const { bucket, key, body } of assets)
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  s3.destroy();
  ssm.destroy();
};

/** Publishes and makes the stack. Throws with CloudFormation's own reasons when it cannot be made. */
export const deploy = async (sdk: Sdk, synthesised: Synthesised): Promise<void> => {
  await publish(sdk, synthesised);
  const { stackName: StackName, template } = synthesised;
  const TemplateURL = `${sdk.endpoint}/${template.bucket}/${template.key}`;
  const client = new CloudFormationClient(sdk);
  try {
    await client.send(new CreateStackCommand({ StackName, TemplateURL, Capabilities: ['CAPABILITY_NAMED_IAM'] }));
    await waitUntilStackCreateComplete({ client, maxWaitTime: STACK_SECONDS, minDelay: 1, maxDelay: 1 }, { StackName });
  } catch (cause) {
    throw new Error(`${StackName} was not made: ${await reasonsOf(client, StackName)}`, { cause });
  } finally {
    client.destroy();
  }
};

const reasonsOf = async (client: CloudFormationClient, StackName: string): Promise<string> => {
  const { StackEvents = [] } = await client
    .send(new DescribeStackEventsCommand({ StackName }))
    .catch(() => ({ StackEvents: [] }));
  const failed = StackEvents.filter(({ ResourceStatus = '' }) => ResourceStatus.endsWith('FAILED'));
  return failed.map((each) => `${each.LogicalResourceId}: ${each.ResourceStatusReason}`).join('; ');
};

/** Gives the secrets that the stack made their values, as the operator of a stage does after the first deployment. */
export const setSecrets = async (sdk: Sdk, prefix: string, values: Readonly<Record<string, string>>): Promise<void> => {
  const client = new SecretsManagerClient(sdk);
  for (const [name, SecretString] of Object.entries(values))
    await client.send(new PutSecretValueCommand({ SecretId: `${prefix}/${name}`, SecretString }));
  client.destroy();
};
