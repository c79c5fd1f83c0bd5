import { createKinesisStream } from '@verifiedfan/aws';
import { resourceNameOf } from '../resource-names.ts';
import type { AwsKinds } from './kinds.ts';

export const openStreams: NonNullable<AwsKinds['stream']> = async ({ connection, names }) => ({
  open: (name, definition) =>
    createKinesisStream({ name, streamName: resourceNameOf({ name, definition }, names), connection }),
});
