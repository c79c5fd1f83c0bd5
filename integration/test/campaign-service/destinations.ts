import type { TestContext } from 'node:test';
import { createKinesisStream, createSqsQueue } from '@verifiedfan/aws';
import { resourceNameOf } from '@verifiedfan/platform';
import { resources } from '@verifiedfan/workers/resources';
import { awsConnection } from '../../src/index.ts';

/** Where a stage of this file publishes its campaigns, for whoever looks what has arrived. */
export const openDestinations = (test: TestContext, prefix = '') => {
  const connection = awsConnection('ministack');
  const nameOf = (name: 'campaignDataStream' | 'dataPipelineQueue') =>
    resourceNameOf({ name, definition: resources[name] }, { prefix });
  const stream = createKinesisStream({ name: 'stream', streamName: nameOf('campaignDataStream'), connection });
  const queue = createSqsQueue({ name: 'queue', queueName: nameOf('dataPipelineQueue'), fifo: true, connection });
  test.after(async () => {
    await stream.close();
    await queue.close();
  });
  return { stream, queue };
};
