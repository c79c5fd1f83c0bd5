import type { Readable } from 'node:stream';
import { assertOptions, assertWhole } from '@verifiedfan/driver';
import {
  type Bucket,
  type GetObjectOptions,
  type ObjectInfo,
  PortError,
  type PutObjectOptions,
  type PutObjectResult,
} from '@verifiedfan/ports';
import type { AwsConnection } from '../sdk/connection.ts';
import { calling, toPortError } from '../sdk/errors.ts';
import { guardBody } from './body.ts';
import { assertKey, spanOf } from './checks.ts';
import { createListing } from './listing.ts';
import { errorName, isMissing, openS3 } from './sdk.ts';
import { sliceBody } from './slice.ts';
import { createStore } from './store.ts';
import { readVersions } from './versions.ts';

export type S3BucketOptions = {
  /** The name in the catalogue, which errors and notifications carry. */
  name: string;
  /** The name at S3. The bucket must keep versions; `verify` says so when it does not. */
  bucketName: string;
  connection: AwsConnection;
  /**
   * A body of at most so many bytes goes out in one request; a longer one in parts of this size. At least 5 MiB, which S3 asks of a part.
   * @default 8 MiB, the threshold and part size of the AWS CLI, so that the same bytes get the same ETag from both
   */
  partBytes?: number | undefined;
  /** Parts of one upload under way at once; each holds `partBytes` of memory, and one more is being filled. @default 3 */
  partsAtOnce?: number | undefined;
  /** How long a reader waits for the next bytes, and an upload for some to be taken, before the connection counts as lost. @default 30_000 ms */
  stallMs?: number | undefined;
};

export type S3Bucket = Bucket & {
  readonly bucketName: string;
  /** Throws `not_found` when there is no such bucket and `validation` when it keeps no versions. For the start of a process. */
  verify(): Promise<void>;
};

const MEBIBYTE = 2 ** 20;
/** Most keys have fewer uploads, and a page of a thousand keys of the same beginning would be half a megabyte of XML. */
const FIND_PAGE = 20;

const OPTIONS = ['name', 'bucketName', 'connection', 'partBytes', 'partsAtOnce', 'stallMs'];

/** A bucket on S3. The client is made with the first call; nothing has to be closed. */
export const createS3Bucket = (options: S3BucketOptions): S3Bucket => {
  assertOptions(options, OPTIONS);
  const { name, bucketName, connection, partBytes = 8 * MEBIBYTE, partsAtOnce = 3, stallMs = 30_000 } = options;
  assertWhole('partBytes', partBytes, 5 * MEBIBYTE, 5 * 1_024 * MEBIBYTE);
  assertWhole('partsAtOnce', partsAtOnce, 1, 100);
  assertWhole('stallMs', stallMs, 1, 3_600_000);
  const { clock, random } = connection;
  const open = openS3(connection, { stallMs });
  const read = { open, bucketName, name };

  const uploadsOf = async (key: string) => {
    assertKey(key);
    // The key itself comes first among all that begin with it.
    for await (const found of readVersions(read, { prefix: key, pageSize: FIND_PAGE })) {
      return found.key === key ? found : undefined;
    }
    return undefined;
  };
  const find = async ({ key, version }: { key: string; version?: string }): Promise<ObjectInfo | undefined> => {
    const found = await uploadsOf(key);
    return version === undefined ? found?.current : found?.uploads.find((upload) => upload.version === version);
  };
  const refuses = async ({ key, ifAbsent = false, ifMatch }: PutObjectOptions): Promise<boolean> => {
    const etag = (await find({ key }))?.etag;
    return (ifAbsent && etag !== undefined) || (ifMatch !== undefined && etag !== ifMatch);
  };
  const store = createStore({ open, bucketName, name, partBytes, partsAtOnce, clock, random, refuses });

  const put = async (putOptions: PutObjectOptions): Promise<PutObjectResult> => {
    assertKey(putOptions.key);
    const stored = await store(putOptions);
    if (stored === 'refused') return { outcome: 'refused' };
    const info = await find({ key: putOptions.key, version: stored.version });
    if (info === undefined) throw removedMeanwhile(name);
    return { outcome: 'stored', info };
  };

  const get = async ({
    range,
    ...which
  }: GetObjectOptions): Promise<{ info: ObjectInfo; body: Readable } | undefined> => {
    const info = await find(which);
    if (info === undefined) return undefined;
    const { key, size, version } = info;
    const span = range === undefined ? undefined : spanOf(range, size);
    const Range = span && `bytes=${span.first}-${span.last}`;
    try {
      const { sdk, client } = await open();
      const command = new sdk.GetObjectCommand({ Bucket: bucketName, Key: key, VersionId: version, Range });
      const { Body, ContentRange } = await client.send(command);
      // In Node, the SDK answers with a stream of Node. A server may ignore a range (RFC 9110, 14.2), as ministack does for a version.
      const whole = Body as Readable;
      const source = span === undefined || ContentRange !== undefined ? whole : sliceBody(whole, span);
      return { info, body: guardBody(source, { resource: name, stallMs, clock }) };
    } catch (error) {
      // Removed since the look-up.
      if (isMissing(error)) return undefined;
      throw toPortError(error, { operation: 's3.GetObject', resource: name });
    }
  };

  return {
    name,
    bucketName,
    put,
    get,
    head: find,
    list: createListing(read),
    versions: async (key) => (await uploadsOf(key))?.uploads ?? [],
    async delete({ key, version }) {
      assertKey(key);
      const { sdk, client } = await open();
      try {
        await client.send(new sdk.DeleteObjectCommand({ Bucket: bucketName, Key: key, VersionId: version }));
      } catch (error) {
        // S3 answers so to the name of a version that it cannot have given.
        if (isMissing(error) || (version !== undefined && errorName(error) === 'InvalidArgument')) return;
        throw toPortError(error, { operation: 's3.DeleteObject', resource: name });
      }
    },
    async verify() {
      const { sdk, client } = await open();
      const { Status } = await calling({ operation: 's3.GetBucketVersioning', resource: name }, () =>
        client.send(new sdk.GetBucketVersioningCommand({ Bucket: bucketName })),
      );
      if (Status !== 'Enabled') throw unversioned(name, bucketName);
    },
  };
};

const removedMeanwhile = (resource: string): PortError =>
  new PortError({
    code: 'conflict',
    message: 'the upload was stored, and removed again before it was described',
    resource,
  });

const unversioned = (resource: string, bucketName: string): PortError =>
  new PortError({
    code: 'validation',
    message: `the bucket ${bucketName} keeps no versions: switch versioning on (PutBucketVersioning, Status=Enabled)`,
    resource,
  });
