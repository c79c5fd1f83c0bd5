import { CreateBucketCommand, PutBucketVersioningCommand, S3Client } from '@aws-sdk/client-s3';
import { type AwsConnection, createS3Bucket, type S3Bucket, sdkConfiguration } from '@verifiedfan/aws';
import { uniqueName } from '../../src/index.ts';

/** An ordinary client of S3, as everybody else has it. */
export const makeClient = (connection: AwsConnection): S3Client =>
  new S3Client({ ...sdkConfiguration(connection), forcePathStyle: true });

/** A new bucket with or without versions, and the driver on it. */
export const makeBucket = async (
  connection: AwsConnection,
  { versions = true }: { versions?: boolean } = {},
): Promise<S3Bucket> => {
  const client = makeClient(connection);
  const bucketName = uniqueName('scores');
  await client.send(new CreateBucketCommand({ Bucket: bucketName }));
  const VersioningConfiguration = { Status: 'Enabled' } as const;
  if (versions) await client.send(new PutBucketVersioningCommand({ Bucket: bucketName, VersioningConfiguration }));
  client.destroy();
  return createS3Bucket({ name: 'scoringBucket', bucketName, connection });
};
