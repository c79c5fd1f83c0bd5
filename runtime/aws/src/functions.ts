import type { Worker } from '@verifiedfan/worker';
import { Validations } from 'aws-cdk-lib';
import { CfnRole } from 'aws-cdk-lib/aws-iam';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnLogGroup } from 'aws-cdk-lib/aws-logs';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { networkOf, usesNetwork } from './function-network.ts';
import { makeMapping } from './mappings.ts';
import { idOf } from './naming.ts';
import { type Made, policyOf } from './policy.ts';
import { makeFailures } from './queues.ts';
import { leavesFailures } from './rights.ts';
import type { Stage } from './stage.ts';
import { timeoutOf } from './waits.ts';

/** In megabytes: with 1,769 a function has a whole processor, which parsing and hashing need. */
const MEMORY_MB = 1_769;
const makeRole = (stage: Stage, made: Made, name: string): CfnRole => {
  const role = new CfnRole(stage.scope, `${idOf(name)}Role`, {
    description: `What ${name} may do, from its declaration: docs/rights.md`,
    assumeRolePolicyDocument: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: [{ policyName: 'rights', policyDocument: policyOf(stage, made, name) }],
  });
  const acknowledge = (resource: string, reason: string): void =>
    Validations.of(role).acknowledge({ id: `AwsSolutions-IAM5[Resource::${resource}]`, reason });
  acknowledge(stage.naming.arns.logs(name), "The streams of the function's own log group, which Lambda names.");
  for (const [bucket, { kind }] of Object.entries(stage.catalogue))
    if (kind === 'bucket')
      acknowledge(`${stage.naming.arns.bucket(bucket)}/*`, 'Score files have any key; the bucket holds nothing else.');
  if (usesNetwork(stage, name))
    acknowledge(
      '*',
      'Lambda makes network interfaces in the role of the function, and names them; its code is denied the same.',
    );
  return role;
};

export type FunctionOptions = { name: string; worker: Worker; bundleDirectory: string };

/** A worker as a function with its role, its log and its sources. */
export const makeFunction = (
  stage: Stage,
  made: Made,
  { name, worker, bundleDirectory }: FunctionOptions,
): CfnFunction => {
  const { scope, settings, naming } = stage;
  const logs = new CfnLogGroup(scope, `${idOf(name)}Logs`, {
    logGroupName: naming.logGroupNameOf(name),
    retentionInDays: settings.logRetentionDays,
  });
  const asset = new Asset(scope, `${idOf(name)}Code`, { path: `${bundleDirectory}/${name}` });
  const lambda = new CfnFunction(scope, idOf(name), {
    functionName: naming.functionNameOf(name),
    description: worker.purpose.slice(0, 256),
    runtime: 'nodejs24.x',
    architectures: [settings.architecture],
    handler: 'index.handler',
    code: { s3Bucket: asset.s3BucketName, s3Key: asset.s3ObjectKey },
    role: makeRole(stage, made, name).attrArn,
    memorySize: MEMORY_MB,
    timeout: timeoutOf(worker, stage.catalogue),
    loggingConfig: { logGroup: logs.ref },
    environment: { variables: environmentOf(stage, name, worker) },
    ...networkOf(stage, name),
    ...(settings.reservedConcurrency === undefined
      ? {}
      : { reservedConcurrentExecutions: settings.reservedConcurrency }),
  });
  asset.addResourceMetadata(lambda, 'Code');
  if (leavesFailures(worker)) lambda.addResourceDependency(makeFailures(stage, name, worker));
  for (const source of worker.sources) makeMapping(stage, made, { worker: name, target: lambda, source });
  return lambda;
};

/** Only what the worker calls: a function is not told where others are. */
const environmentOf = ({ settings }: Stage, name: string, { calls }: Worker): Record<string, string> => {
  const missing = calls.filter((call) => settings.endpoints[call] === undefined);
  if (missing.length > 0)
    throw new TypeError(
      `${name} calls ${missing.join(', ')}: give their URLs with -c endpoints='{"${missing[0]}":"https://…"}'`,
    );
  const endpoints = Object.fromEntries(calls.map((call) => [call, settings.endpoints[call] ?? '']));
  return {
    ...settings.environment,
    APP_NAME: name,
    RESOURCE_PREFIX: settings.prefix,
    BUCKET_SUFFIX: settings.bucketSuffix,
    ...(calls.length === 0 ? {} : { ENDPOINTS: JSON.stringify(endpoints) }),
  };
};
