import { readFileSync } from 'node:fs';
import { PortError } from '@verifiedfan/ports';

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const invalid = (cause?: unknown) =>
  new PortError({ code: 'validation', message: 'the bootstrap file is not one JSON object of true and false', cause });

/**
 * Reads the flags to start with: one JSON object with flags by name, each true or false. A file that does not exist holds none; one that
 * cannot be used throws `validation`. Read at once and not later, so that the first question already has its answer.
 */
export const readBootstrap = (location: string | undefined): ReadonlyMap<string, boolean> => {
  const flags = new Map<string, boolean>();
  if (location === undefined) return flags;
  try {
    const parsed: unknown = JSON.parse(readFileSync(location, 'utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw invalid();
    for (const [flag, value] of Object.entries(parsed)) {
      if (typeof value !== 'boolean') throw invalid();
      flags.set(flag, value);
    }
    return flags;
  } catch (error) {
    if (isMissing(error)) return flags;
    throw error instanceof PortError ? error : invalid(error);
  }
};
