import { describe, it } from 'node:test';
import { bucketSuite } from '@verifiedfan/conformance';
import { awsConnection } from '../../src/index.ts';
import { makeBucket } from './make-bucket.ts';

describe('S3', () => {
  bucketSuite({ it, open: async () => ({ bucket: await makeBucket(awsConnection('ministack')) }) });
});
