/**
 * The part of abstract-level that the drivers use. Naming it keeps them apart from the engine: `classic-level` on disk, `memory-level` in
 * fast tests, and a wrapper that fails on purpose where faults are injected.
 */
export interface Store {
  open(): Promise<void>;
  close(): Promise<void>;
  getMany(keys: string[], options: ReadOptions): Promise<(string | undefined)[]>;
  /** Operations collect in native memory and are written in one atomic step. */
  batch(): StoreBatch;
  values(range: StoreRange): StoreIterator;
  keys(range: StoreRange): StoreIterator;
  snapshot(): StoreSnapshot;
}
export type ReadOptions = { snapshot?: StoreSnapshot; fillCache?: boolean };
export interface StoreSnapshot {
  close(): Promise<void>;
}
export interface StoreBatch {
  put(key: string, value: string): unknown;
  del(key: string): unknown;
  write(options: { sync: boolean }): Promise<void>;
  close(): Promise<void>;
}
export type StoreRange = ReadOptions & {
  gte?: Uint8Array;
  gt?: Uint8Array;
  lt?: Uint8Array;
  lte?: Uint8Array;
  reverse?: boolean;
  limit?: number;
  keyEncoding: 'view';
  valueEncoding?: 'utf8';
  highWaterMarkBytes?: number;
};
export interface StoreIterator {
  nextv(size: number): Promise<(string | Uint8Array)[]>;
  close(): Promise<void>;
}
