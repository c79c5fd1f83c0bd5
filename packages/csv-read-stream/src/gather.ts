/** Larger pieces would make longer texts that one kept field keeps alive, and gain no speed. */
const MOST_BYTES = 262_144;
/** A byte order mark is looked for in the first piece only. */
const LEAST_BYTES = 3;

const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/**
 * Joins small chunks until there are `gatherBytes`, and cuts large ones. When the source fails, what was gathered comes first and
 * then the error, so that no byte in front of the failure is lost.
 */
export async function* gather(source: AsyncIterable<Uint8Array>, gatherBytes: number): AsyncGenerator<Buffer> {
  const least = Math.max(gatherBytes, LEAST_BYTES);
  let chunks: Buffer[] = [];
  let size = 0;
  const join = (): Buffer => {
    const [first, ...others] = chunks;
    const joined = first !== undefined && others.length === 0 ? first : Buffer.concat(chunks);
    chunks = [];
    size = 0;
    return joined;
  };

  const iterator = source[Symbol.asyncIterator]();
  let ended = false;
  try {
    while (!ended) {
      let failure: { cause: unknown } | undefined;
      try {
        const next = await iterator.next();
        ended = next.done === true;
        if (next.done !== true) size += chunks[chunks.push(asBuffer(next.value)) - 1]?.length ?? 0;
      } catch (cause) {
        failure = { cause };
        ended = true;
      }
      if (size >= least || (ended && size > 0)) yield* cut(join());
      if (failure !== undefined) throw failure.cause;
    }
  } finally {
    if (!ended) await iterator.return?.();
  }
}

function* cut(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += MOST_BYTES) yield bytes.subarray(start, start + MOST_BYTES);
}
