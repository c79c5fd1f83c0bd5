import type { AnyValue, Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';
import { hides, redactText, SECRET_MARK, secrecyOf } from '@verifiedfan/correlation';

const MAX_TEXT = 2_048;
const MAX_DEPTH = 8;
// A query can hold anything that a form holds. It is cut wherever a URL or a path is seen.
const URL_QUERY = /(:\/\/[^\s?#"'<>]{0,2000})[?#][^\s"'<>]*/g;
const PATH_QUERY = /^(\/[^\s?#]*)[?#].*$/s;
const DROPPED: ReadonlySet<string> = new Set(['url.query', 'url.fragment']);

/** Text as it may leave the process: no query strings, no addresses, numbers or secrets, at most 2,048 characters. */
export const scrubText = (text: string): string => {
  const masked = redactText(text.replace(URL_QUERY, '$1').replace(PATH_QUERY, '$1'));
  return masked.length > MAX_TEXT ? `${masked.slice(0, MAX_TEXT)}…` : masked;
};

export const scrubAttributes = (attributes: Attributes): Attributes => scrubFields(attributes, 0);

const scrubFields = (fields: Readonly<Record<string, AnyValue>>, depth: number): Record<string, AnyValue> => {
  const scrubbed: [string, AnyValue][] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null || DROPPED.has(key)) continue;
    scrubbed.push([scrubText(key), hides(secrecyOf(key), value) ? SECRET_MARK : scrubValue(value, depth + 1)]);
  }
  return Object.fromEntries(scrubbed);
};

const scrubValue = (value: AnyValue, depth: number): AnyValue => {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
  if (depth > MAX_DEPTH) return '[cut]';
  if (Array.isArray(value)) return value.map((entry) => scrubValue(entry, depth + 1));
  return scrubFields(value as Readonly<Record<string, AnyValue>>, depth);
};

/** A copy of a span as it may leave the process. Made when it is sent, so that traced code does not wait for it. */
export const scrubSpan = (span: ReadableSpan): ReadableSpan => ({
  ...readSpan(span),
  name: scrubText(span.name),
  attributes: scrubAttributes(span.attributes),
  status: { ...span.status, ...(span.status.message === undefined ? {} : { message: scrubText(span.status.message) }) },
  events: span.events.map((event) => ({
    ...event,
    name: scrubText(event.name),
    ...(event.attributes === undefined ? {} : { attributes: scrubAttributes(event.attributes) }),
  })),
  links: span.links.map((link) => ({
    ...link,
    ...(link.attributes === undefined ? {} : { attributes: scrubAttributes(link.attributes) }),
  })),
});

/** The fields one by one: a span of the SDK has getters, which a spread would leave behind. */
const readSpan = (span: ReadableSpan) => ({
  kind: span.kind,
  spanContext: () => span.spanContext(),
  ...(span.parentSpanContext === undefined ? {} : { parentSpanContext: span.parentSpanContext }),
  startTime: span.startTime,
  endTime: span.endTime,
  duration: span.duration,
  ended: span.ended,
  resource: span.resource,
  instrumentationScope: span.instrumentationScope,
  droppedAttributesCount: span.droppedAttributesCount,
  droppedEventsCount: span.droppedEventsCount,
  droppedLinksCount: span.droppedLinksCount,
});
