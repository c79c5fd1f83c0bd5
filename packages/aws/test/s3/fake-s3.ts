import type { ServerResponse } from 'node:http';
import type { Seen } from '../clients/fake-service.ts';

export const BUCKET = 'scores-prod';

export type FakeVersion = { key: string; version: string; size?: number; etag?: string; latest?: boolean; at?: string };

const inXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** As S3 encodes keys with `encoding-type=url`. */
const encoded = (key: string): string => encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');

const entry = ({ key, version, size = 3, etag = 'e'.repeat(32), latest = true, at }: FakeVersion): string =>
  `<Version><Key>${inXml(encoded(key))}</Key><VersionId>${version}</VersionId><IsLatest>${latest}</IsLatest>` +
  `<LastModified>${at ?? '2026-01-05T10:00:00.000Z'}</LastModified><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size></Version>`;

export const xml = (response: ServerResponse, text: string, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/xml', 'x-amz-request-id': 'REQUEST1' });
  response.end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
};

export const versionsXml = (versions: readonly FakeVersion[], next?: { key: string; version: string }): string =>
  '<ListVersionsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><EncodingType>url</EncodingType>' +
  `<IsTruncated>${next !== undefined}</IsTruncated>` +
  (next === undefined
    ? ''
    : `<NextKeyMarker>${encoded(next.key)}</NextKeyMarker><NextVersionIdMarker>${next.version}</NextVersionIdMarker>`) +
  `${versions.map(entry).join('')}</ListVersionsResult>`;

export const xmlError = (response: ServerResponse, name: string, status: number): void =>
  xml(response, `<Error><Code>${name}</Code><Message>may quote fan@example.com</Message></Error>`, status);

/** Which call of S3 a request is. */
export const callOf = ({ method, url }: Seen): string => {
  const { searchParams, pathname } = new URL(url, 'http://s3');
  if (searchParams.has('versions')) return 'ListObjectVersions';
  if (searchParams.has('versioning')) return 'GetBucketVersioning';
  if (searchParams.has('uploads')) return 'CreateMultipartUpload';
  if (searchParams.has('partNumber')) return 'UploadPart';
  if (searchParams.has('uploadId')) return method === 'DELETE' ? 'AbortMultipartUpload' : 'CompleteMultipartUpload';
  const names: Record<string, string> = {
    GET: 'GetObject',
    HEAD: 'HeadObject',
    PUT: 'PutObject',
    DELETE: 'DeleteObject',
  };
  return pathname === '/' ? 'unknown' : (names[method] ?? 'unknown');
};
