import type { JsonValue, ObjectInfo } from '@verifiedfan/ports';
import { decodeRecords, eventSourceOf, isObject, textOr } from '../event-parts.ts';
import type { RecordMeta, Undecodable, WorkerRecord } from '../record.ts';
import { type DecodeContext, repeatsAll, type Source } from '../source.ts';

/** One upload, with its key decoded. Members that S3 left out are absent. */
export type UploadedObject = {
  bucket: string;
  key: string;
  etag?: string;
  version?: string;
  sequencer?: string;
  size?: number;
};

/**
 * Uploads into a bucket; asynchronous, so a failure is a throw and AWS tries the whole event again, twice. Other notifications, deletions
 * for one, are passed over.
 * Shapes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
 */
export const s3 = (bucket: string): Source<UploadedObject> => ({
  kind: 's3',
  resource: bucket,
  mode: 'batch',
  recognises: (event) => eventSourceOf(event) === 'aws:s3' || isTestEvent(event),
  decode: (event, context) => decodeRecords(event, (raw) => decodeUpload(raw, bucket, context)),
  repeats: repeatsAll,
  respond: () => ({}),
  redrive: (payload) => ({ Records: [payload] }),
});

/** S3 sends this once to queues and topics when notifications are set up; it has no records and means nothing. */
const isTestEvent = (event: unknown): boolean => isObject(event) && event.Event === 's3:TestEvent';

const decodeUpload = (
  raw: unknown,
  fallbackBucket: string,
  context: DecodeContext,
): WorkerRecord<UploadedObject> | Undecodable | undefined => {
  const record = isObject(raw) ? raw : {};
  // Lifecycle fixtures keep the prefix that notifications do not have.
  const eventName = textOr(record.eventName, '').replace(/^s3:/, '');
  if (eventName !== '' && !eventName.startsWith('ObjectCreated:')) return undefined;
  const body = isObject(record.s3) ? record.s3 : {};
  const object = isObject(body.object) ? body.object : {};
  const encoded = textOr(object.key, '');
  const upload: UploadedObject = {
    bucket: textOr(isObject(body.bucket) ? body.bucket.name : undefined, fallbackBucket),
    key: decodeKey(encoded) ?? '',
  };
  if (typeof object.eTag === 'string') upload.etag = object.eTag.replaceAll('"', '');
  if (typeof object.versionId === 'string') upload.version = object.versionId;
  if (typeof object.sequencer === 'string' && object.sequencer !== '') upload.sequencer = object.sequencer;
  if (typeof object.size === 'number') upload.size = object.size;
  // Uploads of one key are different records, so a position needs more than the key.
  const id = upload.sequencer ?? upload.version ?? upload.etag ?? 'unknown';
  const position = `${upload.bucket}/${encoded || 'unknown'}@${id}`;
  if (upload.key === '')
    return { position, reason: 'the key is missing or not URL-encoded', payload: raw as JsonValue };
  const meta: RecordMeta = {
    source: 's3',
    id,
    position,
    group: `${upload.bucket}/${upload.key}`,
    correlation: context.correlation,
    timeMs: Date.parse(textOr(record.eventTime, '')) || context.nowMs,
  };
  return { data: upload, meta };
};

/** Keys arrive form-url-encoded: a space is `+`, a plus is `%2B`. */
const decodeKey = (encoded: string): string | undefined => {
  try {
    return decodeURIComponent(encoded.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
};

/** The way S3 encodes keys in notifications: slashes stay, everything beyond letters, digits and `-_.*` is percent bytes. */
export const encodeKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The AWS event for one upload into a local bucket. */
export const s3Event = (bucket: string, info: ObjectInfo): { Records: JsonValue[] } => ({
  Records: [
    {
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'local',
      eventTime: new Date(info.modifiedAtMs).toISOString(),
      eventName: 'ObjectCreated:Put',
      userIdentity: { principalId: 'local' },
      requestParameters: { sourceIPAddress: '127.0.0.1' },
      responseElements: { 'x-amz-request-id': info.version, 'x-amz-id-2': info.version },
      s3: {
        s3SchemaVersion: '1.0',
        configurationId: 'local',
        bucket: { name: bucket, ownerIdentity: { principalId: 'local' }, arn: `arn:aws:s3:::${bucket}` },
        object: {
          key: encodeKey(info.key),
          size: info.size,
          eTag: info.etag,
          versionId: info.version,
          sequencer: info.sequencer,
        },
      },
    },
  ],
});
