import { Validations } from 'aws-cdk-lib';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { CfnBucket, CfnBucketPolicy } from 'aws-cdk-lib/aws-s3';
import { idOf } from './naming.ts';
import type { Stage } from './stage.ts';
import { retain } from './stores.ts';

/** Versions that nobody asked to keep, in days: the loader removes those that it is done with. */
const OLD_VERSION_DAYS = 90;

/**
 * A bucket that keeps versions, is encrypted, closed to the public and speaks TLS alone, and tells its workers of uploads. S3 tries the
 * notification when the bucket is made, so the function and its permission come first.
 */
export const makeBucket = (stage: Stage, name: string): CfnBucket => {
  const { scope, naming, settings } = stage;
  const listeners = Object.entries(stage.workers).flatMap(([worker, { sources }]) =>
    sources.some(({ kind, resource }) => kind === 's3' && resource === name) ? [worker] : [],
  );
  const permissions = listeners.map((worker) => {
    const permission = new CfnPermission(scope, `${idOf(worker)}From${idOf(name)}`, {
      action: 'lambda:InvokeFunction',
      functionName: naming.functionNameOf(worker),
      principal: 's3.amazonaws.com',
      sourceAccount: settings.account,
      sourceArn: naming.arns.bucket(name),
    });
    permission.node.addDependency(scope.node.findChild(idOf(worker)));
    return permission;
  });
  const bucket = new CfnBucket(scope, idOf(name), {
    bucketName: naming.nameOf(name),
    versioningConfiguration: { status: 'Enabled' },
    bucketEncryption: {
      serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
    },
    publicAccessBlockConfiguration: {
      ...{ blockPublicAcls: true, blockPublicPolicy: true, ignorePublicAcls: true, restrictPublicBuckets: true },
    },
    ownershipControls: { rules: [{ objectOwnership: 'BucketOwnerEnforced' }] },
    lifecycleConfiguration: {
      rules: [
        {
          id: 'old-versions',
          status: 'Enabled',
          noncurrentVersionExpiration: { noncurrentDays: OLD_VERSION_DAYS },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
    ...(listeners.length === 0
      ? {}
      : {
          notificationConfiguration: {
            lambdaConfigurations: listeners.map((worker) => ({
              event: 's3:ObjectCreated:*',
              function: naming.arns.function(worker),
            })),
          },
        }),
  });
  for (const permission of permissions) bucket.addResourceDependency(permission);
  retain(bucket);
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason:
      'CloudTrail data events say who read a score file, which server access logs do only hours later and incompletely; docs/deploy.md says how to switch them on.',
  });
  closeToPlainHttp(stage, name, bucket);
  return bucket;
};

const closeToPlainHttp = ({ scope, naming }: Stage, name: string, bucket: CfnBucket): void => {
  const policy = new CfnBucketPolicy(scope, `${idOf(name)}Policy`, {
    bucket: naming.nameOf(name),
    policyDocument: {
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'TlsOnly',
          Effect: 'Deny',
          Principal: '*',
          Action: 's3:*',
          Resource: [naming.arns.bucket(name), `${naming.arns.bucket(name)}/*`],
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
    },
  });
  policy.addResourceDependency(bucket);
};
