import { createSqsQueue } from '@verifiedfan/aws';
import { resourceNameOf } from '../resource-names.ts';
import type { AwsKinds } from './kinds.ts';

export const openQueues: NonNullable<AwsKinds['queue']> = async ({ connection, names }) => ({
  open: (name, definition) =>
    createSqsQueue({
      name,
      queueName: resourceNameOf({ name, definition }, names),
      fifo: definition.fifo ?? false,
      connection,
    }),
});
