import { createGunzip } from 'node:zlib';

/** Compressed bytes given to zlib at once. Its output is at most about 1,032 times as much, which bounds what waits in memory. */
const PIECE_BYTES = 16_384;
const OUTPUT_BYTES = 131_072;

/**
 * Decompresses. Unlike a piped zlib stream, whose readable side drops what it still holds when it fails, this delivers everything in
 * front of a truncation or a damage and throws zlib's error afterwards. The next piece is worked on while the caller uses the last.
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: OUTPUT_BYTES });
  const output: Buffer[] = [];
  const finished = Promise.withResolvers<{ cause: unknown } | undefined>();
  let open = true;
  stream.on('data', (chunk: Buffer) => output.push(chunk));
  const finish = (error?: unknown): void => {
    open = false;
    finished.resolve(error === undefined ? undefined : { cause: error });
  };
  stream.once('end', () => finish()).once('error', finish);
  // Behind the last member zlib ignores other bytes, as the gzip tool does, and then never answers the write.
  const write = async (piece: Uint8Array): Promise<void> => {
    const written = Promise.withResolvers<void>();
    if (!open) return;
    stream.write(piece, () => written.resolve());
    await Promise.race([finished.promise, written.promise]);
  };

  let underWay = Promise.resolve();
  try {
    for await (const chunk of source) {
      for (let start = 0; start < chunk.length; start += PIECE_BYTES) {
        await underWay;
        underWay = write(chunk.subarray(start, start + PIECE_BYTES));
        yield* output.splice(0);
      }
    }
    await underWay;
    if (open) stream.end();
    const failure = await finished.promise;
    yield* output.splice(0);
    if (failure !== undefined) throw failure.cause;
  } finally {
    stream.destroy();
  }
}

/** Gzip begins with 1f 8b (RFC 1952, section 2.3.1), which is not valid UTF-8 and so never the beginning of a CSV file. */
const isGzip = (start: Buffer): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** Decompresses when the first two bytes are those of gzip, and else hands the bytes on. */
export async function* gunzipIfNeeded(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    let start: Buffer = Buffer.alloc(0);
    while (start.length < 2) {
      const next = await chunks.next();
      if (next.done === true) break;
      start = Buffer.concat([start, next.value]);
    }
    const whole = resume(start, chunks);
    yield* isGzip(start) ? gunzip(whole) : whole;
  } finally {
    await chunks.return?.();
  }
}

async function* resume(start: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (start.length > 0) yield start;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}
