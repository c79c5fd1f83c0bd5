import { describe, it } from 'node:test';
import { openFolderBucket, systemClock, systemRandom } from '@verifiedfan/embedded';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { awsConnection, differential, type Pair, runOptions } from '../../../src/index.ts';
import { makeBucket } from '../../s3/make-bucket.ts';
import { type BucketOperation, bucketOperations } from './operations.ts';
import { bucketSide } from './side.ts';

const open = async (): Promise<Pair<BucketOperation>> => {
  const directory = temporaryDirectory();
  const folder = openFolderBucket({
    location: directory.join('uploads'),
    // As many as S3 keeps, which is all.
    keepVersions: 10_000,
    clock: systemClock,
    random: systemRandom,
  });
  const s3 = await makeBucket(awsConnection('ministack'));
  const closeFolder = async (): Promise<void> => {
    folder.close();
    directory.remove();
  };
  return { embedded: bucketSide(folder, closeFolder), server: bucketSide(s3, async () => {}) };
};

/** What differed once, shrunk. */
const REGRESSIONS: Readonly<Record<string, readonly BucketOperation[]>> = {
  'an object stays deleted when the upload behind the deletion is removed': [
    { put: 'a', body: 'one' },
    { delete: 'a' },
    { put: 'a', body: 'two' },
    { delete: 'a', version: 1 },
    { head: 'a' },
    { list: {} },
    { put: 'a', body: 'three', ifAbsent: true },
  ],
};

describe('the embedded bucket beside S3 on ministack', () => {
  differential({
    ...{ it, title: 'a bucket', generator: bucketOperations, open, regressions: REGRESSIONS, ...runOptions() },
    // The list of a key's versions grows with its uploads: ministack takes 20 ms an operation up to here, and 80 at 10,000.
    chapter: 2_000,
  });
});
