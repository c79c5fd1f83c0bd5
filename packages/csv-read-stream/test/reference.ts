import type { CsvFaultCode } from '../src/index.ts';

export type ReferenceRow = { line: number; fields: string[] } | { line: number; code: CsvFaultCode; column: number };
export type Reference = { header: string[]; rows: ReferenceRow[]; unclosed?: { line: number; byteOffset: number } };

type Cut = { line: number; bytes: number[] };
const [LF, CR, QUOTE, COMMA] = [0x0a, 0x0d, 0x22, 0x2c];

/** Cuts the file into rows, one byte at a time. */
const cutRows = (file: Buffer): { cuts: Cut[]; unclosed?: { line: number; byteOffset: number } } => {
  const cuts: Cut[] = [];
  let row: Cut = { line: 1, bytes: [] };
  let line = 1;
  let inQuotes = false;
  let atStart = true;
  let opened = { line: 1, byteOffset: 0 };
  const start = file.subarray(0, 3).equals(Buffer.from('\ufeff')) ? 3 : 0;
  for (let at = start; at < file.length; at++) {
    const byte = file[at] ?? 0;
    if (byte === LF) line++;
    if (byte === LF && !inQuotes) {
      cuts.push(row);
      row = { line, bytes: [] };
      atStart = true;
      continue;
    }
    row.bytes.push(byte);
    if (inQuotes) {
      if (byte === QUOTE && file[at + 1] === QUOTE) row.bytes.push(file[++at] ?? 0);
      else if (byte === QUOTE) inQuotes = false;
    } else if (byte === QUOTE && atStart) {
      inQuotes = true;
      opened = { line, byteOffset: at };
    }
    atStart = !inQuotes && byte === COMMA;
  }
  if (inQuotes) return { cuts, unclosed: opened };
  return { cuts: [...cuts, row] };
};

/** Splits a row, given as one character per byte, into pairs of field and "is it well quoted". */
const splitFields = (row: string): { field: string; good: boolean }[] => {
  const fields: { field: string; good: boolean }[] = [];
  let rest: string | undefined = row;
  while (rest !== undefined) {
    const quoted: RegExpExecArray | null = /^"((?:[^"]|"")*)"([^,]*)(?:,|$)/s.exec(rest);
    const [whole, inner, behind] = quoted ?? [];
    if (whole !== undefined && inner !== undefined) {
      fields.push({ field: inner.replaceAll('""', '"'), good: behind === '' });
      rest = whole.endsWith(',') && whole.length <= rest.length ? rest.slice(whole.length) : undefined;
      continue;
    }
    const comma: number = rest.indexOf(',');
    const field: string = comma === -1 ? rest : rest.slice(0, comma);
    fields.push({ field, good: !field.includes('"') });
    rest = comma === -1 ? undefined : rest.slice(comma + 1);
  }
  return fields;
};

const decode = (latin1: string): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return undefined;
  }
};

/** A reader that is slow and plain, to compare with. The file must begin with a header without fault. */
export const readPlainly = (file: Buffer, maxRowBytes: number): Reference => {
  const { cuts, unclosed } = cutRows(file);
  let header: string[] | undefined;
  const rows: ReferenceRow[] = [];
  for (const { line, bytes } of cuts) {
    if (bytes.at(-1) === CR) bytes.pop();
    if (bytes.length === 0) continue;
    const row = Buffer.from(bytes).toString('latin1');
    const fields = splitFields(row);
    const faultAt = fields.findIndex(({ good }) => !good);
    const readable = faultAt === -1 ? fields : fields.slice(0, faultAt);
    const badlyEncoded = readable.findIndex(({ field }) => decode(field) === undefined);
    const decoded = fields.map(({ field }) => decode(field) ?? '');
    if (bytes.length > maxRowBytes) rows.push({ line, code: 'too_long', column: 0 });
    else if (decode(row) === undefined)
      rows.push({ line, code: 'utf8', column: (badlyEncoded === -1 ? faultAt : badlyEncoded) + 1 });
    else if (faultAt !== -1) rows.push({ line, code: 'quote', column: faultAt + 1 });
    else if (header === undefined) header = decoded;
    else if (decoded.length === header.length) rows.push({ line, fields: decoded });
    else rows.push({ line, code: 'fields', column: Math.min(decoded.length, header.length) + 1 });
  }
  return { header: header ?? [], rows, ...(unclosed && { unclosed }) };
};
