import type { JsonObject } from '@verifiedfan/ports';

/** Kinesis and SQS take 1 MiB, with the envelope and what they count besides. */
const MAX_BYTES = 1_000_000;

/** What can be long: a thousand markets, or a description in a hundred languages. */
const LONG = ['markets', 'description'] as const;

const sizeOf = (data: JsonObject): number => Buffer.byteLength(JSON.stringify(data));

/**
 * A snapshot that every destination can take. One that is too large leaves out what can be long and names it in `omitted`: who needs that
 * reads it from the API, and nobody misses the change.
 */
export const fitSnapshot = (data: JsonObject): JsonObject => {
  let fitted = data;
  const omitted: string[] = [];
  for (const name of LONG) {
    if (sizeOf(fitted) <= MAX_BYTES) break;
    const { [name]: _long, ...rest } = fitted;
    omitted.push(name);
    fitted = { ...rest, omitted };
  }
  return fitted;
};
