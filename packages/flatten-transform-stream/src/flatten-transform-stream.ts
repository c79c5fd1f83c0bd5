import { Transform, type TransformCallback } from 'node:stream';
import { checkOptions, optional, wholeNumberOrInfinity } from '@verifiedfan/map-utils';

export type FlattenOptions = {
  /** How many levels of arrays are opened; 0 opens none, `Infinity` all. Not for cyclic arrays. @default 1 */
  depth?: number | undefined;
};

/** An array holds `null`, which an object stream cannot carry: it would end the stream and lose what follows. */
export class FlattenError extends Error {
  override readonly name = 'FlattenError';
  readonly code = 'null_element';
  readonly retryable = false;
  constructor() {
    super('An array holds null, which an object stream cannot carry');
  }
}

/** The elements from left to right. Open arrays are on a list and not on the call stack, so nesting may be as deep as memory allows. */
function* elementsOf(chunk: unknown, depth: number): Generator<unknown> {
  const open: Iterator<unknown>[] = [[chunk].values()];
  for (let current = open.at(-1); current !== undefined; current = open.at(-1)) {
    const { value, done } = current.next();
    if (done === true) open.pop();
    else if (Array.isArray(value) && open.length <= depth) open.push(value.values());
    else yield value;
  }
}

/**
 * Emits the elements of the arrays written to it; what is no array goes through as it is, and an empty array emits nothing.
 * An array is opened only as fast as the elements are read, however long it is. A `null` element destroys the stream with
 * `FlattenError`.
 */
export class FlattenTransformStream extends Transform {
  readonly #depth: number;
  /** Goes on with the array that was left when the reader had enough. */
  #resume: (() => void) | undefined;

  constructor(options: FlattenOptions = {}) {
    checkOptions<FlattenOptions>('FlattenTransformStream', options, { depth: optional(wholeNumberOrInfinity) });
    super({ objectMode: true });
    this.#depth = options.depth ?? 1;
  }

  override _transform(chunk: unknown, _encoding: BufferEncoding, callback: TransformCallback): void {
    const elements = elementsOf(chunk, this.#depth);
    const pushUntilFull = (): void => {
      for (let next = elements.next(); next.done !== true; next = elements.next()) {
        if (next.value === null) {
          callback(new FlattenError());
          return;
        }
        if (!this.push(next.value)) {
          this.#resume = pushUntilFull;
          return;
        }
      }
      callback();
    };
    pushUntilFull();
  }

  // Node calls this when the reader wants more. Transform's own answer is to take the next chunk, so an unfinished one goes first.
  override _read(size: number): void {
    const resume = this.#resume;
    this.#resume = undefined;
    if (resume) resume();
    else super._read(size);
  }
}

/** `new FlattenTransformStream(options)` as a function. */
export const flattenTransformStream = (options?: FlattenOptions): FlattenTransformStream =>
  new FlattenTransformStream(options);
