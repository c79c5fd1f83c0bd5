import type { Random } from '@verifiedfan/ports';

/** A place in a trace, as W3C Trace Context writes it: https://www.w3.org/TR/trace-context/#traceparent-header */
export type Traceparent = {
  /** 32 lower-case hexadecimal digits, not all 0. */
  traceId: string;
  /** 16 lower-case hexadecimal digits, not all 0: the span that is the parent of what comes next. */
  spanId: string;
  /** 0 to 255; bit 0 says that the trace is recorded, bit 1 that the trace id is random. Others are passed through. */
  flags: number;
};

const SAMPLED = 0x01;
const VERSION_00_LENGTH = 55;
const GRAMMAR = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/**
 * Reads a traceparent; undefined for anything that is not one (then begin a new trace and drop `tracestate`). A higher version is read
 * as far as this version knows it. A list of headers is refused unless it holds exactly one: a repeated header is invalid.
 */
export const parseTraceparent = (value: unknown): Traceparent | undefined => {
  const text = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
  if (typeof text !== 'string' || text.length < VERSION_00_LENGTH || text.length > 512) return undefined;
  const match = GRAMMAR.exec(text);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flags] = match;
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  if (version === '00' && text.length !== VERSION_00_LENGTH) return undefined;
  return { traceId, spanId, flags: Number.parseInt(flags, 16) };
};

export const isTraceparent = (value: unknown): value is string =>
  typeof value === 'string' && parseTraceparent(value) !== undefined;

/** Writes version 00, whatever version was read. The ids are taken as they are. */
export const formatTraceparent = ({ traceId, spanId, flags }: Traceparent): string =>
  `00-${traceId}-${spanId}-${(flags & 0xff).toString(16).padStart(2, '0')}`;

export const isSampled = ({ flags }: Traceparent): boolean => (flags & SAMPLED) === SAMPLED;

/** The beginning of a new trace, recorded unless told otherwise. */
export const newTraceparent = (random: Pick<Random, 'bytes'>, { sampled = true }: { sampled?: boolean } = {}): string =>
  formatTraceparent({ traceId: newId(random, 16), spanId: newId(random, 8), flags: sampled ? SAMPLED : 0 });

/** A new span id in the same trace. Throws nothing: a bad parent begins a new trace. */
export const childTraceparent = (parent: unknown, random: Pick<Random, 'bytes'>): string => {
  const parsed = parseTraceparent(parent);
  if (parsed === undefined) return newTraceparent(random);
  return formatTraceparent({ ...parsed, spanId: newId(random, 8) });
};

const newId = (random: Pick<Random, 'bytes'>, bytes: number): string => {
  const id = Buffer.from(random.bytes(bytes)).toString('hex');
  // All zeros means "no id"; a source that gives only zeros must not loop for ever.
  return /^0+$/.test(id) ? `${id.slice(1)}1` : id;
};
