import { readFileSync } from 'node:fs';
import { PortError } from '@verifiedfan/ports';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const invalid = (what: string, cause?: unknown) =>
  new PortError({ code: 'validation', message: `${what} is not one JSON object of true and false`, cause });

/** Flags by name from an object, whatever it is. Throws `validation` for anything but true and false. */
export const readFlags = (value: unknown = {}, what = 'the bootstrap'): ReadonlyMap<string, boolean> => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(what);
  const flags = Object.entries(value);
  if (!flags.every((entry): entry is [string, boolean] => typeof entry[1] === 'boolean')) throw invalid(what);
  return new Map(flags);
};

/**
 * Reads the flags to start with: one JSON object with flags by name, each true or false. A file that does not exist holds none; one that
 * cannot be used throws `validation`. Read at once and not later, so that the first question already has its answer.
 */
export const readBootstrap = (location: string | undefined): ReadonlyMap<string, boolean> => {
  if (location === undefined) return new Map();
  try {
    return readFlags(JSON.parse(readFileSync(location, 'utf8')), FILE);
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw error instanceof PortError ? error : invalid(FILE, error);
  }
};

const FILE = 'the bootstrap file';
