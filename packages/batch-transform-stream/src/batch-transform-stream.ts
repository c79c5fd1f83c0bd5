import { Transform, type TransformCallback } from 'node:stream';
import { callable, checkOptions, optional, positiveInteger } from '@verifiedfan/map-utils';
import type { Clock } from '@verifiedfan/ports';
import { BatchStreamError } from './errors.ts';

export type BatchTransformOptions<Item = unknown> = {
  /** Most items in a batch, at least 1. */
  batchSize: number;
  /** Most bytes in a batch. An item that is larger alone makes a batch of its own: it is never dropped and never an error. */
  maxBytes?: number | undefined;
  /** The bytes of an item. Needed for `maxBytes`, unless items are text or bytes. */
  sizeOf?: ((item: Item) => number) | undefined;
  /** Longest time that an item waits for its batch to fill, in milliseconds, at least 1. Without it, a slow source waits for good. */
  maxWaitMs?: number | undefined;
  /** Needed for `maxWaitMs`. */
  clock?: Clock | undefined;
};

const sizeOfTextOrBytes = (item: unknown): number => {
  if (typeof item === 'string') return Buffer.byteLength(item);
  if (item instanceof Uint8Array) return item.byteLength;
  throw new BatchStreamError();
};

const checkBatchOptions = <Item>(options: BatchTransformOptions<Item>): void =>
  checkOptions<BatchTransformOptions<Item>>('BatchTransformStream', options, {
    batchSize: positiveInteger,
    maxBytes: optional(positiveInteger),
    sizeOf: optional(callable),
    maxWaitMs: optional(positiveInteger),
    clock: {
      expects: 'a Clock, because maxWaitMs is given',
      accepts: (clock) => options.maxWaitMs === undefined || (typeof clock === 'object' && clock !== null),
    },
  });

/**
 * Collects items and emits arrays of them, in order. A batch is full when another item would break `batchSize` or `maxBytes`, or when
 * its first item has waited `maxWaitMs`; the end of the stream emits what is left. No batch is empty.
 * The writer waits while a full batch waits to be read, so memory holds two batches at most.
 */
export class BatchTransformStream<Item = unknown> extends Transform {
  readonly #options: BatchTransformOptions<Item>;
  readonly #sizeOf: (item: Item) => number;
  #batch: Item[] = [];
  #bytes = 0;
  #wait: AbortController | undefined;

  constructor(options: BatchTransformOptions<Item>) {
    checkBatchOptions(options);
    super({ objectMode: true, readableHighWaterMark: 1 });
    this.#options = options;
    this.#sizeOf = options.sizeOf ?? sizeOfTextOrBytes;
  }

  override _transform(item: Item, _encoding: BufferEncoding, callback: TransformCallback): void {
    const { batchSize, maxBytes } = this.#options;
    try {
      const size = maxBytes === undefined ? 0 : this.#sizeOf(item);
      if (maxBytes !== undefined && this.#bytes + size > maxBytes) this.#emitBatch();
      if (this.#batch.push(item) === 1) this.#startWaiting();
      this.#bytes += size;
    } catch (error) {
      callback(error as Error);
      return;
    }
    if (this.#batch.length >= batchSize) this.#emitBatch();
    callback();
  }

  override _flush(callback: TransformCallback): void {
    this.#emitBatch();
    callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#wait?.abort();
    this.#batch = [];
    super._destroy(error, callback);
  }

  #emitBatch(): void {
    this.#wait?.abort();
    this.#wait = undefined;
    if (this.#batch.length === 0) return;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    this.push(batch);
  }

  #startWaiting(): void {
    const { maxWaitMs, clock } = this.#options;
    if (maxWaitMs === undefined || clock === undefined) return;
    const wait = new AbortController();
    this.#wait = wait;
    clock.sleep(maxWaitMs, wait.signal).then(
      () => {
        if (!wait.signal.aborted) this.#emitBatch();
      },
      (error: Error) => this.destroy(error),
    );
  }
}

/** `new BatchTransformStream(options)` as a function. */
export const batchTransformStream = <Item = unknown>(
  options: BatchTransformOptions<Item>,
): BatchTransformStream<Item> => new BatchTransformStream(options);
