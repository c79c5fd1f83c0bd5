/**
 * What can be wrong with a list of workers.
 * - `self_excitation`   workers wake each other in a circle, and no filter on the way narrows what does
 * - `unknown_resource`  a worker names a resource that is not in the catalogue
 * - `invalid_target`    a read or write is neither a resource nor a resource with key prefixes
 * - `duplicate_worker`  two workers have one name
 */
export type LoopErrorCode = 'self_excitation' | 'unknown_resource' | 'invalid_target' | 'duplicate_worker';

/** Thrown at start, when the list is checked. */
export class LoopError extends Error {
  override readonly name = 'LoopError';
  readonly code: LoopErrorCode;
  readonly retryable = false;
  /** For `self_excitation` the circle: worker, resource, worker, … and the first worker again. */
  readonly path: readonly string[];
  constructor(code: LoopErrorCode, message: string, path: readonly string[] = []) {
    super(message);
    this.code = code;
    this.path = path;
  }
}
