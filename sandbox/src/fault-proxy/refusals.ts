import type { Clock, Random } from '@verifiedfan/ports';
import type { ProxiedRequest } from './operation.ts';
import { serviceOf } from './operation.ts';
import { queryError, type Refusal } from './query-batches.ts';

/** An answer as it goes to the client. */
export type ProxiedAnswer = { status: number; headers: Record<string, string | string[]>; body: Buffer };

export type RefusalTools = { clock: Clock; random: Random };

/** Names in `__type` carry a namespace with some services; the SDKs cut it off: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
const NAMESPACES: Readonly<Record<string, string>> = {
  dynamodb: 'com.amazonaws.dynamodb.v20120810#',
  'dynamodb-streams': 'com.amazonaws.dynamodb.v20120810#',
  sqs: 'com.amazonaws.sqs#',
};

const JSON_1_1 = new Set(['kinesis', 'firehose', 'events', 'logs', 'secretsmanager', 'athena', 'kms']);

const jsonRefusal = (
  service: string,
  { code, message, status = 400 }: Refusal,
  { random }: RefusalTools,
): ProxiedAnswer => ({
  status,
  headers: {
    'content-type': `application/x-amz-json-${JSON_1_1.has(service) ? '1.1' : '1.0'}`,
    'x-amzn-requestid': random.uuid(),
    // SQS names its errors here for clients that were made for its older protocol.
    ...(service === 'sqs' ? { 'x-amzn-query-error': `${code};Sender` } : {}),
  },
  body: Buffer.from(JSON.stringify({ __type: `${NAMESPACES[service] ?? ''}${code}`, message })),
});

const xmlRefusal = (
  { code, message, status = 400 }: Refusal,
  more: Readonly<Record<string, string>>,
  { random }: RefusalTools,
): ProxiedAnswer => {
  const requestId = random.uuid().replaceAll('-', '').slice(0, 16).toUpperCase();
  const members = { Code: code, Message: message, ...more, RequestId: requestId, HostId: random.uuid() };
  const inside = Object.entries(members).map(([name, value]) => `<${name}>${value}</${name}>`);
  return {
    status,
    headers: { 'content-type': 'application/xml', 'x-amz-request-id': requestId },
    body: Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<Error>${inside.join('')}</Error>`),
  };
};

const queryRefusal = (refusal: Refusal, { random }: RefusalTools): ProxiedAnswer => ({
  status: refusal.status ?? 400,
  headers: { 'content-type': 'text/xml' },
  body: Buffer.from(queryError(refusal, random.uuid())),
});

/** A refusal in the words of a service and the shape of its protocol. */
const refuse = (service: string, refusal: Refusal, tools: RefusalTools): ProxiedAnswer => {
  if (service === 's3') return xmlRefusal(refusal, {}, tools);
  return service === 'sns' ? queryRefusal(refusal, tools) : jsonRefusal(service, refusal, tools);
};

const TOO_FAST = 'Rate exceeded';

/** What each service answers when it is asked too much; all that are not listed say ThrottlingException. */
const THROTTLES: Readonly<Record<string, Refusal>> = {
  dynamodb: {
    code: 'ProvisionedThroughputExceededException',
    message:
      'The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.',
  },
  'dynamodb-streams': { code: 'LimitExceededException', message: 'Too many operations for a given subscriber.' },
  kinesis: { code: 'ProvisionedThroughputExceededException', message: 'Rate exceeded for shard shardId-000000000000.' },
  sqs: { code: 'RequestThrottled', message: 'Request is throttled.' },
  s3: { code: 'SlowDown', message: 'Please reduce your request rate.', status: 503 },
  firehose: { code: 'ServiceUnavailableException', message: 'Slow down.', status: 500 },
  sns: { code: 'Throttling', message: TOO_FAST },
};

export const throttled = (operation: string, tools: RefusalTools): ProxiedAnswer => {
  const service = serviceOf(operation);
  const refusal = THROTTLES[service] ?? { code: 'ThrottlingException', message: TOO_FAST };
  return refuse(service, refusal, tools);
};

const UNKNOWN_KEY = 'The security token included in the request is invalid.';

/** What services answer to an access key that they do not know; all that are not listed say UnrecognizedClientException. */
const UNKNOWN_KEYS: Readonly<Record<string, Refusal>> = {
  sqs: { code: 'InvalidClientTokenId', message: UNKNOWN_KEY, status: 403 },
  sns: { code: 'InvalidClientTokenId', message: UNKNOWN_KEY, status: 403 },
  s3: {
    code: 'InvalidAccessKeyId',
    message: 'The AWS Access Key Id you provided does not exist in our records.',
    status: 403,
  },
};

export const unknownCredentials = (operation: string, tools: RefusalTools): ProxiedAnswer => {
  const service = serviceOf(operation);
  return refuse(service, UNKNOWN_KEYS[service] ?? { code: 'UnrecognizedClientException', message: UNKNOWN_KEY }, tools);
};

const ITERATOR_READS = new Set(['kinesis.GetRecords', 'dynamodb-streams.GetRecords']);
export const readsIterator = (operation: string): boolean => ITERATOR_READS.has(operation);

export const iteratorExpired = (operation: string, tools: RefusalTools): ProxiedAnswer => {
  const message = 'Iterator expired. The iterator is older than the tolerated delay of 300000 milliseconds.';
  return jsonRefusal(serviceOf(operation), { code: 'ExpiredIteratorException', message }, tools);
};

/** S3 says 15 minutes, the others 5: https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html */
const toleranceMs = (service: string): number => (service === 's3' ? 15 : 5) * 60_000;

const BASIC_TIME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const basicTime = (timeMs: number): string => new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '');

/** When a request was signed, in milliseconds; undefined when it does not say. */
const signedAt = ({ headers }: ProxiedRequest): number | undefined => {
  const text = headers['x-amz-date'] ?? '';
  return BASIC_TIME.test(text) ? Date.parse(text.replace(BASIC_TIME, '$1-$2-$3T$4:$5:$6Z')) : undefined;
};

/** Whether a service whose clock shows `serviceTimeMs` refuses the signature for its time. */
export const isTooSkewed = (request: ProxiedRequest, operation: string, serviceTimeMs: number): boolean => {
  const signed = signedAt(request);
  return signed !== undefined && Math.abs(signed - serviceTimeMs) > toleranceMs(serviceOf(operation));
};

/** The refusal of a signature that is too old or too new. The `Date` header, by which SDKs correct their clock, is the caller's to add. */
export const tooSkewed = (
  request: ProxiedRequest,
  operation: string,
  serviceTimeMs: number,
  tools: RefusalTools,
): ProxiedAnswer => {
  const service = serviceOf(operation);
  const signed = request.headers['x-amz-date'] ?? '';
  const now = basicTime(serviceTimeMs);
  if (service === 's3') {
    const message = 'The difference between the request time and the current time is too large.';
    // The two times are written differently, and SDKs set their clock by the second.
    const serverTime = new Date(serviceTimeMs).toISOString().replace(/\.\d+/, '');
    const more = {
      RequestTime: signed,
      ServerTime: serverTime,
      MaxAllowedSkewMilliseconds: String(toleranceMs(service)),
    };
    return xmlRefusal({ code: 'RequestTimeTooSkewed', message, status: 403 }, more, tools);
  }
  const isOld = (signedAt(request) ?? 0) < serviceTimeMs;
  const limit = basicTime(serviceTimeMs + (isOld ? -1 : 1) * toleranceMs(service));
  const message = isOld
    ? `Signature expired: ${signed} is now earlier than ${limit} (${now} - 5 min.)`
    : `Signature not yet current: ${signed} is still later than ${limit} (${now} + 5 min.)`;
  if (service === 'sns') return queryRefusal({ code: 'SignatureDoesNotMatch', message, status: 403 }, tools);
  const status = service === 'dynamodb' ? 400 : 403;
  return jsonRefusal(service, { code: 'InvalidSignatureException', message, status }, tools);
};
