import { PortError, type PutObjectOptions } from '@verifiedfan/ports';

export type Body = PutObjectOptions['body'];

/** More parts than this S3 does not put together: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000;

/** A body that fits into one request, or the chunks of one that does not. */
export type Gathered =
  | { whole: Uint8Array; chunks?: undefined; end?: undefined }
  | {
      whole?: undefined;
      chunks: AsyncGenerator<Uint8Array, void>;
      /** Lets go of the body. A generator that nobody began to read would not. */
      end: () => Promise<unknown>;
    };

/** Why a body could not be read, kept apart from what went wrong at S3: it is the caller's own error and goes back as it came. */
export type BodyFailure = { error: unknown };

/** Ends a body that nobody reads, so that what produces it can let go. A stream's own iterator would not end it before its first read. */
export const discard = async (body: Body): Promise<void> => {
  if (typeof body === 'string' || body instanceof Uint8Array) return;
  if ('destroy' in body && typeof body.destroy === 'function') body.destroy();
  else await body[Symbol.asyncIterator]().return?.();
};

async function* checked(
  body: AsyncIterable<Uint8Array>,
  { partBytes, failed }: { partBytes: number; failed: (failure: BodyFailure) => void },
): AsyncGenerator<Uint8Array, void> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      bytes += chunk.length;
      if (bytes > partBytes * MOST_PARTS) throw tooLarge(partBytes);
      if (chunk.length > 0) yield chunk;
    }
  } catch (error) {
    failed({ error });
    throw error;
  }
}

const tooLarge = (partBytes: number): PortError =>
  new PortError({
    code: 'too_large',
    message: `a body is at most ${MOST_PARTS} parts of partBytes (${partBytes} bytes)`,
  });

async function* inFrontOf(
  gathered: readonly Uint8Array[],
  rest: AsyncGenerator<Uint8Array, void>,
): AsyncGenerator<Uint8Array, void> {
  yield* gathered;
  yield* rest;
}

async function* slices(bytes: Uint8Array, partBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let start = 0; start < bytes.length; start += partBytes) yield bytes.subarray(start, start + partBytes);
}

/**
 * Reads a body until it is over or does not fit into one part. What fits goes out in one request: only then is the ETag the MD5 of the
 * bytes, and only then can the request be repeated.
 */
export const gather = async (
  body: Body,
  options: { partBytes: number; failed: (failure: BodyFailure) => void },
): Promise<Gathered> => {
  const { partBytes } = options;
  if (typeof body === 'string' || body instanceof Uint8Array) {
    const whole = typeof body === 'string' ? Buffer.from(body) : body;
    return whole.length <= partBytes ? { whole } : { chunks: slices(whole, partBytes), end: async () => {} };
  }
  const rest = checked(body, options);
  const gathered: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const { value, done } = await rest.next();
    if (done === true || value === undefined) return { whole: Buffer.concat(gathered) };
    gathered.push(value);
    bytes += value.length;
    if (bytes > partBytes) return { chunks: inFrontOf(gathered, rest), end: () => rest.return() };
  }
};
