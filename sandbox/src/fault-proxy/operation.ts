import type { JsonObject } from '@verifiedfan/ports';
import { isObject, parseJson } from '../stand-in.ts';
import { actionOf } from './query-batches.ts';

/** A request as the proxy sees it, whole. */
export type ProxiedRequest = {
  method: string;
  /** Path and query. */
  url: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
};

/** Prefixes of `X-Amz-Target`, by the name that the drivers' spans give the service. */
const TARGETS: Readonly<Record<string, string>> = {
  DynamoDB_20120810: 'dynamodb',
  DynamoDBStreams_20120810: 'dynamodb-streams',
  Kinesis_20131202: 'kinesis',
  AmazonSQS: 'sqs',
  Firehose_20150804: 'firehose',
  AWSEvents: 'events',
  AWSStepFunctions: 'sfn',
  Logs_20140328: 'logs',
  GraniteServiceVersion20100801: 'cloudwatch',
  AmazonAthena: 'athena',
  TrentService: 'kms',
  secretsmanager: 'secretsmanager',
};

/** The service in a signature's credential scope: `Credential=KEY/DATE/REGION/SERVICE/aws4_request`. */
const serviceOfSignature = (authorization = ''): string | undefined =>
  /Credential=[^/]*\/\d{8}\/[^/]*\/([^/]+)\/aws4_request/.exec(authorization)?.[1];

/** Operations of S3 by method, sub-resource in the query, and whether a key is named. */
const s3Operation = ({ method, url }: ProxiedRequest): string => {
  const { pathname, searchParams: query } = new URL(url, 'http://proxy');
  const ofObject = /^\/[^/]+\/./.test(pathname);
  if (method === 'POST') {
    if (query.has('delete')) return 'DeleteObjects';
    return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
  }
  if (method === 'PUT') {
    if (!ofObject) return 'CreateBucket';
    return query.has('partNumber') ? 'UploadPart' : 'PutObject';
  }
  if (method === 'DELETE') {
    if (!ofObject) return 'DeleteBucket';
    return query.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject';
  }
  if (method === 'HEAD') return ofObject ? 'HeadObject' : 'HeadBucket';
  if (ofObject) return 'GetObject';
  return query.has('versions') ? 'ListObjectVersions' : 'ListObjectsV2';
};

/**
 * `dynamodb.BatchWriteItem`, `s3.PutObject`, `sns.PublishBatch`; a call of another kind is `service.METHOD`, or `unknown.METHOD` without a
 * signature.
 */
export const operationOf = (request: ProxiedRequest): string => {
  const [prefix = '', name] = (request.headers['x-amz-target'] ?? '').split('.');
  if (name !== undefined) return `${TARGETS[prefix] ?? prefix}.${name}`;
  const service = serviceOfSignature(request.headers.authorization) ?? 'unknown';
  if (service === 's3') return `s3.${s3Operation(request)}`;
  return `${service}.${(service === 'sns' && actionOf(request.body)) || request.method}`;
};

export const serviceOf = (operation: string): string => operation.slice(0, operation.indexOf('.'));

/** Whether an operation is named, `dynamodb.*` naming all of a service. */
export const isNamed = (operation: string, names: readonly string[] | undefined): boolean =>
  names === undefined || names.includes(operation) || names.includes(`${serviceOf(operation)}.*`);

/** A JSON object as the body of a request or an answer; undefined when it is none. */
export const jsonOf = (body: Buffer): JsonObject | undefined => {
  const value = parseJson(body.toString('utf8'));
  return isObject(value) ? (value as JsonObject) : undefined;
};
