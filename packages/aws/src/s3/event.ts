import type { ObjectInfo } from '@verifiedfan/ports';
import { unquoted } from './versions.ts';

/** One upload in a message of S3. */
export type ToldUpload = { info: ObjectInfo; createdAtMs: number };

/**
 * `uploads` may be empty: a test event, or a message of deletions only, says nothing that anybody waits for. `foreign` is everything that
 * is not such a message of this bucket.
 */
export type S3Message = { kind: 'uploads'; uploads: ToldUpload[] } | { kind: 'foreign' };

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const parse = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Keys come form-url-encoded: a space is `+`, a plus is `%2B`. */
const decodeKey = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

const toUpload = (record: Fields): ToldUpload | undefined => {
  const object = fieldsOf(fieldsOf(record.s3).object);
  const key = decodeKey(textOf(object.key));
  const createdAtMs = Date.parse(textOf(record.eventTime));
  if (key === undefined || key === '' || Number.isNaN(createdAtMs)) return undefined;
  const info: ObjectInfo = {
    key,
    size: typeof object.size === 'number' ? object.size : 0,
    etag: unquoted(textOf(object.eTag)),
    version: textOf(object.versionId) || 'null',
    sequencer: textOf(object.sequencer),
    modifiedAtMs: createdAtMs,
  };
  return { info, createdAtMs };
};

/**
 * Reads the body of a message that S3 put into a queue:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const readS3Message = (body: string, bucketName: string): S3Message => {
  const message = fieldsOf(parse(body));
  // Sent once, when notifications are set up.
  if (message.Event === 's3:TestEvent') return { kind: 'uploads', uploads: [] };
  if (!Array.isArray(message.Records)) return { kind: 'foreign' };
  const uploads: ToldUpload[] = [];
  for (const record of message.Records.map(fieldsOf)) {
    if (record.eventSource !== 'aws:s3' || fieldsOf(fieldsOf(record.s3).bucket).name !== bucketName) {
      return { kind: 'foreign' };
    }
    if (!textOf(record.eventName).startsWith('ObjectCreated:')) continue;
    const upload = toUpload(record);
    if (upload === undefined) return { kind: 'foreign' };
    uploads.push(upload);
  }
  return { kind: 'uploads', uploads };
};
