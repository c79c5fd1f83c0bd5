import { describe, it } from 'node:test';
import { bucketNotificationsSuite, bucketSuite } from '@verifiedfan/conformance';
import { bucketShop } from '../support/subjects.ts';

describe('a bucket in a folder', () => {
  bucketSuite({ it, ...bucketShop() });
  bucketNotificationsSuite({ it, ...bucketShop() });
});
