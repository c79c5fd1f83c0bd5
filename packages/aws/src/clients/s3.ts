import type { Readable } from 'node:stream';
import { assertOptions } from '@verifiedfan/driver';
import { PortError } from '@verifiedfan/ports';
import { guardBody } from '../s3/body.ts';
import { assertKey } from '../s3/checks.ts';
import type { Body } from '../s3/gather.ts';
import { isMissing, openS3 } from '../s3/sdk.ts';
import { createStore } from '../s3/store.ts';
import { unquoted } from '../s3/versions.ts';
import type { AwsConnection } from '../sdk/connection.ts';
import { toPortError } from '../sdk/errors.ts';

export type S3Object = {
  /** Must be read or destroyed. Interrupted, it fails with `unavailable`. */
  body: Readable;
  size: number;
  /** S3's own, without quotes. */
  etag: string;
  /** Undefined in a bucket that keeps no versions. */
  version: string | undefined;
};

export type S3Client = {
  /** Streams an object. Throws `not_found` when there is none; see `createS3Bucket` for ranges, lists and answers instead of errors. */
  getObject(input: { Bucket: string; Key: string; VersionId?: string | undefined }): Promise<S3Object>;
  /** Stores a body of any size; nothing of one that fails is visible. */
  putObject(input: { Bucket: string; Key: string; Body: Body }): Promise<{ version: string }>;
};

const PART_BYTES = 8 * 2 ** 20;
const PARTS_AT_ONCE = 3;
const STALL_MS = 30_000;

/** Objects of any bucket, versions or not. */
export const S3 = (options: { connection: AwsConnection }): S3Client => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const { clock, random } = connection;
  const open = openS3(connection, { stallMs: STALL_MS });
  return {
    async getObject({ Bucket, Key, VersionId }) {
      assertKey(Key);
      try {
        const { sdk, client } = await open();
        const {
          Body,
          ContentLength,
          ETag,
          VersionId: version,
        } = await client.send(new sdk.GetObjectCommand({ Bucket, Key, VersionId }));
        const body = guardBody(Body as Readable, { resource: Bucket, stallMs: STALL_MS, clock });
        return { body, size: ContentLength ?? 0, etag: unquoted(ETag ?? ''), version };
      } catch (error) {
        if (isMissing(error)) throw absent(Bucket, error);
        throw toPortError(error, { operation: 's3.GetObject', resource: Bucket });
      }
    },
    async putObject({ Bucket, Key, Body }) {
      assertKey(Key);
      const store = createStore({
        open,
        bucketName: Bucket,
        name: Bucket,
        partBytes: PART_BYTES,
        partsAtOnce: PARTS_AT_ONCE,
        clock,
        random,
        refuses: async () => false,
      });
      const stored = await store({ key: Key, body: Body });
      if (stored === 'refused')
        throw new PortError({ code: 'conflict', message: 's3.PutObject was refused', resource: Bucket });
      return stored;
    },
  };
};

const absent = (resource: string, cause: unknown): PortError =>
  new PortError({ code: 'not_found', message: 'there is no object of this key and version', resource, cause });
