import type { S3Event } from 'aws-lambda';
import { DEFAULT_NOW_MS } from '../clock.ts';
import { md5, REGION } from './common.ts';

export type S3InputObject = {
  /** The key as it was given to S3; the event holds it form-url-encoded. */
  key: string;
  size?: number | undefined;
  /** @default the MD5 of the key */
  etag?: string | undefined;
  /** Left out for a bucket without versions. */
  versionId?: string | undefined;
  /** Hexadecimal digits. @default rises from the first */
  sequencer?: string | undefined;
  atMs?: number | undefined;
};

export type S3InputOptions = {
  bucket?: string;
  /** Without the `s3:` of the configuration. @default ObjectCreated:Put */
  eventName?: string;
};

/** The notification of uploads into a bucket. */
export const makeS3Input = (
  objects: readonly S3InputObject[],
  { bucket = 'bucket', eventName = 'ObjectCreated:Put' }: S3InputOptions = {},
): S3Event => ({
  Records: objects.map((object, index) => ({
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: REGION,
    eventTime: new Date(object.atMs ?? DEFAULT_NOW_MS + index).toISOString(),
    eventName,
    userIdentity: { principalId: 'AWS:AROAEXAMPLE' },
    requestParameters: { sourceIPAddress: '203.0.113.7' },
    responseElements: { 'x-amz-request-id': `REQUEST${index}`, 'x-amz-id-2': md5(`${bucket}:${index}`) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: `${bucket}-notifications`,
      bucket: { name: bucket, ownerIdentity: { principalId: 'A1EXAMPLE' }, arn: `arn:aws:s3:::${bucket}` },
      object: {
        key: encodeObjectKey(object.key),
        size: object.size ?? 0,
        eTag: object.etag ?? md5(object.key),
        ...(object.versionId === undefined ? {} : { versionId: object.versionId }),
        sequencer: object.sequencer ?? `0065A1B2C3D4E5F6${index.toString(16).toUpperCase().padStart(2, '0')}`,
      },
    },
  })),
});

/** As S3 writes keys into notifications: a space becomes `+`, `/` stays, everything beyond letters, digits and `-_.*` is percent bytes. */
export const encodeObjectKey = (key: string): string =>
  encodeURIComponent(key)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+')
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
