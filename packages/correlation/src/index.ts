export {
  type ContextValue,
  type CorrelationContext,
  currentContext,
  currentCorrelation,
  runWithCorrelation,
  runWithFields,
} from './context.ts';
export {
  type ChildCorrelationOptions,
  childCorrelation,
  isCorrelationId,
  MAX_CORRELATION_LENGTH,
  toCorrelationId,
} from './correlation-id.ts';
export { CORRELATION_ERROR_CODES, CorrelationError, type CorrelationErrorCode } from './errors.ts';
export {
  CORRELATION_HEADER,
  type Correlated,
  correlationFromHeaders,
  correlationHeaders,
  type IncomingHeaders,
  REQUEST_ID_HEADER,
  TRACEPARENT_HEADER,
} from './headers.ts';
export { type CorrelationMeta, correlationMeta, readCorrelationMeta } from './meta.ts';
export { EMAIL_MARK } from './redaction/email.ts';
export { type ErrorShape, isError, readError } from './redaction/error.ts';
export { createKeyRule, hides, type KeyRule, type Secrecy, secrecyOf } from './redaction/keys.ts';
export { PHONE_MARK } from './redaction/phone.ts';
export { SECRET_MARK } from './redaction/secret-text.ts';
export { isSuspiciousLine, redactText } from './redaction/text.ts';
export { type Redacted, type RedactOptions, redactValue } from './redaction/value.ts';
export {
  childTraceparent,
  formatTraceparent,
  isSampled,
  isTraceparent,
  newTraceparent,
  parseTraceparent,
  type Traceparent,
} from './traceparent.ts';
