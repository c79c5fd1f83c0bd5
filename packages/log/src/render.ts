import {
  type CorrelationContext,
  currentContext,
  hides,
  isSuspiciousLine,
  type KeyRule,
  type Redacted,
  redactValue,
  SECRET_MARK,
} from '@verifiedfan/correlation';
import { createScan } from './scan.ts';
import { OWN_FIELDS } from './types.ts';

/** Longest line, in bytes of UTF-8 with its line feed. */
export const MAX_LINE_BYTES = 32_768;

/** Turns fields and a message into one line of JSON. */
export type Format = (fields: Record<string, unknown>, message: string) => string;
export type Entry = { message: string; data: unknown; fields: CorrelationContext | undefined };
export type Render = (format: Format, entry: Entry) => string;

// Every line begins with the level and the time, which hold nothing to hide, but an `@` that would cost every line the long way.
const HEADER = '{"level":"info","@timestamp":"2026-'.length;
const MAX_MESSAGE = 4_096;
const MAX_FIELD = 256;
const MAX_FIELDS = 32;
const FIRST_CUT = 16_384;

/**
 * Makes lines with nothing to hide in them. Most data is plain and clean: it is written at once, and only the finished line is searched.
 * Otherwise everything is copied with masks and bounds, and written again.
 */
export const createRender = ({ keyRule }: { keyRule: KeyRule }): Render => {
  const isPlain = createScan(keyRule);
  return (format, entry) => {
    if (entry.message.length <= MAX_MESSAGE && isPlain(entry.data)) {
      const line = format(lineFields(entry, keyRule), entry.message);
      if (!isSuspiciousLine(line, HEADER) && fits(line)) return line;
    }
    return renderWithCare(format, entry, keyRule);
  };
};

/** The fields of one line: those of the context, those of the logger, and the data. */
const lineFields = ({ data, fields }: Entry, keyRule: KeyRule): Record<string, unknown> => {
  const line: Record<string, unknown> = {};
  addFields(line, currentContext(), keyRule);
  addFields(line, fields, keyRule);
  if (data !== undefined) line.data = data;
  return line;
};

const addFields = (line: Record<string, unknown>, fields: CorrelationContext | undefined, keyRule: KeyRule): void => {
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined || OWN_FIELDS.has(name)) continue;
    line[name] = hides(keyRule(name), value) ? SECRET_MARK : value;
  }
};

const renderWithCare = (format: Format, entry: Entry, keyRule: KeyRule): string => {
  const data = entry.data === undefined ? undefined : redactValue(entry.data, { keyRule });
  const fields = redactFields(lineFields({ ...entry, data: undefined }, keyRule));
  const message = String(redactValue(entry.message, { maxText: MAX_MESSAGE }));
  const line = format({ ...fields, ...(data === undefined ? {} : { data }) }, message);
  return fits(line) ? line : renderCut(format, { fields, message, data });
};

const redactFields = (fields: Record<string, unknown>): Record<string, Redacted> => {
  const shown = redactValue(fields, { keyRule: () => 'open', maxText: MAX_FIELD, maxEntries: MAX_FIELDS });
  return typeof shown === 'object' && shown !== null && !Array.isArray(shown) ? shown : {};
};

type Cut = { fields: Record<string, Redacted>; message: string; data: Redacted | undefined };

/** Data too long for a line is shown by the beginning of its JSON, as text. A character can take six bytes, so the length is tried. */
const renderCut = (format: Format, { fields, message, data }: Cut): string => {
  const json = JSON.stringify(data ?? null);
  let line = '';
  for (let length = FIRST_CUT; length >= 1; length >>= 2) {
    const cut = { truncated: true, data: { bytes: Buffer.byteLength(json), start: json.slice(0, length) } };
    line = format({ ...fields, ...cut }, message);
    if (fits(line)) return line;
  }
  return format({ truncated: true }, message.slice(0, MAX_FIELD));
};

const fits = (line: string): boolean => line.length * 3 <= MAX_LINE_BYTES || Buffer.byteLength(line) <= MAX_LINE_BYTES;
