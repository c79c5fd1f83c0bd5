/** `maxBytes` was given, and the size of an item is not known: it is no text and no bytes, and there is no `sizeOf`. */
export class BatchStreamError extends Error {
  override readonly name = 'BatchStreamError';
  readonly code = 'unknown_size';
  readonly retryable = false;
  constructor() {
    super('The size of an item is not known: give sizeOf together with maxBytes');
  }
}
