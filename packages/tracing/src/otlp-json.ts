import type { AnyValue, Attributes, HrTime, SpanContext } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/*
 * OTLP in JSON: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Ids are hexadecimal, enums are numbers, 64-bit numbers are
 * decimal text. Written here because OpenTelemetry's own encoder brings the SDKs of logs and metrics with it (10 MiB, 30 ms).
 */

/** The body of `POST /v1/traces`. All spans must be of one resource, as those of one process are. */
export const encodeSpans = (spans: readonly ReadableSpan[]): string => {
  const byScope = Map.groupBy(spans, ({ instrumentationScope: { name, version = '' } }) => `${name}@${version}`);
  const scopeSpans = [...byScope.values()].map((group) => ({
    scope: { name: group[0]?.instrumentationScope.name, version: group[0]?.instrumentationScope.version },
    spans: group.map(encodeSpan),
  }));
  const resource = { attributes: encodeAttributes(spans[0]?.resource.attributes ?? {}) };
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
};

const encodeSpan = (span: ReadableSpan): object => {
  const context = span.spanContext();
  return {
    ...encodeContext(context),
    ...(span.parentSpanContext === undefined ? {} : { parentSpanId: span.parentSpanContext.spanId }),
    flags: encodeFlags(context, span.parentSpanContext?.isRemote),
    name: span.name,
    // 0 is "unspecified" on the wire, so the kinds begin one later than in the API.
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: encodeAttributes(span.attributes),
    droppedAttributesCount: span.droppedAttributesCount,
    events: span.events.map(({ name, time, attributes = {}, droppedAttributesCount = 0 }) => ({
      timeUnixNano: nanoseconds(time),
      name,
      attributes: encodeAttributes(attributes),
      droppedAttributesCount,
    })),
    droppedEventsCount: span.droppedEventsCount,
    links: span.links.map(({ context: target, attributes = {}, droppedAttributesCount = 0 }) => ({
      ...encodeContext(target),
      attributes: encodeAttributes(attributes),
      droppedAttributesCount,
      flags: encodeFlags(target, target.isRemote),
    })),
    droppedLinksCount: span.droppedLinksCount,
    status: span.status,
  };
};

const encodeContext = ({ traceId, spanId, traceState }: SpanContext): object => ({
  traceId,
  spanId,
  ...(traceState === undefined ? {} : { traceState: traceState.serialize() }),
});

/** The lower byte is W3C's; bit 8 says that bit 9 is known, bit 9 that the parent or target is in another process. */
const encodeFlags = ({ traceFlags }: SpanContext, isRemote: boolean | undefined): number =>
  (traceFlags & 0xff) | 0x100 | (isRemote === true ? 0x200 : 0);

const nanoseconds = ([seconds, nanos]: HrTime): string =>
  String(BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(nanos)));

const encodeAttributes = (attributes: Attributes): { key: string; value: object }[] =>
  Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: encodeValue(value) }],
  );

const encodeValue = (value: AnyValue): object => {
  switch (typeof value) {
    case 'string':
      return { stringValue: value };
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: encodeDouble(value) };
    case 'object':
      return encodeObject(value);
    default:
      return {};
  }
};

const encodeObject = (value: AnyValue & (object | null)): object => {
  if (value === null) return {};
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(encodeValue) } };
  return { kvlistValue: { values: encodeAttributes(value as Attributes) } };
};

/** JSON has no NaN and infinities; protobuf's JSON writes their names. */
const encodeDouble = (value: number): number | string => (Number.isFinite(value) ? value : String(value));
