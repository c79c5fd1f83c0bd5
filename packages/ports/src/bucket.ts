import type { Readable } from 'node:stream';

export type ObjectInfo = {
  /** UTF-8, 1 to 1,024 bytes; any characters, `..` and leading slashes included: a key is a name, not a path. */
  key: string;
  size: number;
  /**
   * Names the content, without quotes: the MD5 of the bytes in hex. On S3 it is `<hash>-<parts>` where the object came in several parts, and
   * another hash where it is encrypted with a key of KMS: compare it, never compute it.
   */
  etag: string;
  /** Names this upload of the key. */
  version: string;
  /** Rises with every upload of the same key; compare with `compareSequencers`. */
  sequencer: string;
  modifiedAtMs: number;
};

export type PutObjectOptions = {
  key: string;
  body: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** Only when the key does not exist. */
  ifAbsent?: boolean;
  /** Only when the current ETag is this one. */
  ifMatch?: string;
};

/** A refused conditional write changes nothing. */
export type PutObjectResult = { outcome: 'stored'; info: ObjectInfo } | { outcome: 'refused' };

export type GetObjectOptions = {
  key: string;
  /** An earlier upload; the current one when left out. */
  version?: string;
  /** First and last byte, both included. Beyond the end is `validation`. */
  range?: readonly [first: number, last?: number];
};

/** An object store in the terms of S3, with versions. An object is visible whole or not at all. */
export interface Bucket {
  readonly name: string;
  /** Streams the body in; a body that fails half-way leaves the earlier object as it was. */
  put(options: PutObjectOptions): Promise<PutObjectResult>;
  /** Undefined for an unknown key or version. The body must be read or destroyed. */
  get(options: GetObjectOptions): Promise<{ info: ObjectInfo; body: Readable } | undefined>;
  head(options: { key: string; version?: string }): Promise<ObjectInfo | undefined>;
  /** Current objects by key in UTF-8 order, at most 1,000 a page. */
  list(options?: {
    prefix?: string;
    limit?: number;
    cursor?: string;
  }): Promise<{ objects: ObjectInfo[]; cursor?: string }>;
  /** Uploads of one key that are still kept, newest first. */
  versions(key: string): Promise<ObjectInfo[]>;
  /** Removes the object, or one version. Something unknown is not an error. */
  delete(options: { key: string; version?: string }): Promise<void>;
}

/** One upload that somebody has still to be told of. */
export type ObjectCreated = { id: string; bucket: string; info: ObjectInfo; createdAtMs: number; attempts: number };

/**
 * Notifications of uploads, for the process that delivers them. Written in the same step that makes the object visible, so an upload
 * whose notification was lost cannot exist. Delivered at least once, until acknowledged.
 */
export interface BucketNotifications {
  pending(options: { limit: number; after?: string }): Promise<ObjectCreated[]>;
  /** Counts one more attempt, so that it survives a crash. */
  attempted(id: string): Promise<void>;
  acknowledge(id: string): Promise<void>;
  waitForNotifications(signal: AbortSignal): Promise<void>;
}

/**
 * Orders two sequencers of one key: negative, 0 or positive. They are hexadecimal and of varying length; the shorter is padded on
 * the right: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
 */
export const compareSequencers = (a: string, b: string): number => {
  const length = Math.max(a.length, b.length);
  const left = a.toUpperCase().padEnd(length, '0');
  const right = b.toUpperCase().padEnd(length, '0');
  return left < right ? -1 : left > right ? 1 : 0;
};
