import { pipeline, type Readable, Transform } from 'node:stream';
import type { Span } from './checks.ts';

/** The bytes from `first` to `last`, both included, of a body that is whole. Destroying it destroys the body. */
export const sliceBody = (body: Readable, { first, last }: Span): Readable => {
  let position = 0;
  const slice = new Transform({
    transform(chunk: Uint8Array, _, done) {
      const start = Math.max(first - position, 0);
      const end = Math.min(last + 1 - position, chunk.length);
      position += chunk.length;
      if (start < end) this.push(chunk.subarray(start, end));
      done();
    },
  });
  // The failure of either end reaches the reader through the slice.
  return pipeline(body, slice, () => {});
};
