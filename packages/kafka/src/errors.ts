import { findErrorBy } from '@platformatic/kafka';
import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/** Names of https://kafka.apache.org/protocol#protocol_error_codes, the telling ones first: an error may hold several. */
const CODES: readonly (readonly [name: string, code: PortErrorCode])[] = [
  ['UNKNOWN_TOPIC_OR_PARTITION', 'not_found'],
  ['UNKNOWN_TOPIC_ID', 'not_found'],
  ['MESSAGE_TOO_LARGE', 'too_large'],
  ['RECORD_LIST_TOO_LARGE', 'too_large'],
  ['THROTTLING_QUOTA_EXCEEDED', 'throttled'],
  ['TOPIC_AUTHORIZATION_FAILED', 'validation'],
  ['CLUSTER_AUTHORIZATION_FAILED', 'validation'],
  ['SASL_AUTHENTICATION_FAILED', 'validation'],
  ['UNSUPPORTED_SASL_MECHANISM', 'validation'],
  ['INVALID_TOPIC_EXCEPTION', 'validation'],
  ['INVALID_PARTITIONS', 'validation'],
  ['INVALID_REPLICATION_FACTOR', 'validation'],
  ['INVALID_CONFIG', 'validation'],
  ['INVALID_RECORD', 'validation'],
  ['POLICY_VIOLATION', 'validation'],
];

/** Whether this, or anything that it came from, is the broker's error of this name. */
export const isBrokerError = (error: unknown, name: string): boolean =>
  error instanceof Error && findErrorBy(error, 'apiId', name) !== null;

const hasCode = (error: Error, code: string): boolean => findErrorBy(error, 'code', code) !== null;

/** The client tells an unknown topic by its text alone. */
const isUnknownTopic = (error: Error): boolean =>
  hasCode(error, 'PLT_KFK_USER') && /Unknown topic/.test(deepText(error));

const deepText = (error: Error): string =>
  [error, ...(error instanceof AggregateError ? error.errors : [])].map((one) => String(one?.message)).join('\n');

export const isAccessError = (error: unknown): boolean =>
  error instanceof Error &&
  (hasCode(error, 'PLT_KFK_AUTHENTICATION') ||
    isBrokerError(error, 'SASL_AUTHENTICATION_FAILED') ||
    isBrokerError(error, 'TOPIC_AUTHORIZATION_FAILED') ||
    isBrokerError(error, 'CLUSTER_AUTHORIZATION_FAILED'));

const meaningOf = (error: unknown): readonly [what: string, code: PortErrorCode] => {
  if (!(error instanceof Error)) return ['an unknown error', 'unavailable'];
  const known = CODES.find(([name]) => isBrokerError(error, name));
  if (known) return known;
  if (isUnknownTopic(error)) return ['UNKNOWN_TOPIC_OR_PARTITION', 'not_found'];
  if (hasCode(error, 'PLT_KFK_AUTHENTICATION')) return ['the credentials were refused', 'validation'];
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  // Whatever is left came from a broker or a connection that is in trouble.
  return [code, error instanceof TypeError || error instanceof RangeError ? 'validation' : 'unavailable'];
};

/** Any error of the Kafka client as the error that drivers of ports throw. */
export const toPortError = (
  error: unknown,
  { operation, resource }: { operation: string; resource: string },
): PortError => {
  if (error instanceof PortError) return error;
  const [what, code] = meaningOf(error);
  return new PortError({ code, message: `${operation} failed: ${what}`, resource, cause: error });
};
