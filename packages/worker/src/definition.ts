import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import type { Outcomes, Rejection } from './outcomes.ts';
import type { WorkerRecord } from './record.ts';
import type { ServiceKit } from './service-kit.ts';
import type { Source } from './source.ts';
import type { WorkerLog } from './worker-log.ts';

/** What a handler is given besides its records. */
export type HandleContext<Services> = Pick<Outcomes, 'retry' | 'reject' | 'fail'> & {
  /** Stores parts of a record, such as lines of a file, with the dead letters, at once and for good. */
  deadLetter(parts: readonly Rejection[]): Promise<void>;
  services: Services;
  log: WorkerLog;
  /** Time that is left before the platform stops the invocation, in milliseconds; Infinity where nothing does. */
  remainingMs(): number;
  /** Aborts when the process is asked to stop: finish what is begun, begin nothing more. */
  signal: AbortSignal;
  /** The shard that all records are from, where the source says so. */
  shard: string | undefined;
};

/** Counters, nested as the worker documents them; put beside the failure report in its answer. */
export type Counters = JsonObject;

/** An ordinary middy middleware (https://middy.js.org/docs/writing-middlewares/01-intro): it sees the raw event and the final answer. */
export type Middleware = {
  // Methods rather than fields: middlewares for one kind of event or context then fit without a cast.
  before?(request: MiddlewareRequest): unknown;
  after?(request: MiddlewareRequest): unknown;
  onError?(request: MiddlewareRequest): unknown;
};
export type MiddlewareRequest = {
  event: unknown;
  context: unknown;
  response: unknown;
  /** Set for `onError`. */
  error: unknown;
  /** Ends the stage with this answer, `undefined` included. */
  earlyResponse?: unknown;
  internal: Record<string, unknown>;
};

type Shared<Services> = {
  /**
   * Resources that the worker reads; `resource/prefix*` narrows a table to keys, and `resource/prefix* get` to what is done to them (get
   * and query, unless it says so). Rights are derived from this, and the service kit holds the worker to it.
   */
  reads: readonly string[];
  /** Resources that it writes, in the same grammar (put and update); the loop guard follows these. To write is not to read. */
  writes: readonly string[];
  /**
   * Queues that it sends its own unfinished work back to. The loop guard lets these pass, so every message must carry its attempt, or
   * have moved a checkpoint, and come to an end.
   */
  requeues?: readonly string[];
  /** Resources that it removes from, which wakes nobody. */
  deletes?: readonly string[];
  /** Secrets that it uses, by name. To make or check tokens is to use `tokenKeys`. */
  secrets?: readonly string[];
  /** Other services that it calls, by the names of their endpoints. */
  calls?: readonly string[];
  /** One sentence for the documents. */
  purpose: string;
  /**
   * A feature flag that stops the worker while it is off; unknown flags are on. Nothing is dropped: its records wait at the source, and are
   * worked off when the flag is on again.
   */
  flag?: string;
  services(kit: ServiceKit): Services | Promise<Services>;
  middlewares?: readonly Middleware[];
};

export type BatchWorkerDefinition<Data, Services> = Shared<Services> & {
  source: Source<Data> | readonly Source<Data>[];
  handle(records: readonly WorkerRecord<Data>[], context: HandleContext<Services>): Promise<Counters>;
  /** Puts a dead-lettered part back after a fix; without it only whole records can be redriven. */
  redrivePart?(payload: JsonValue, context: HandleContext<Services>): Promise<void>;
};
export type RequestWorkerDefinition<Data, Services> = Shared<Services> & {
  source: Source<Data>;
  answer(request: WorkerRecord<Data>, context: HandleContext<Services>): Promise<JsonValue>;
};

/** A worker as the runtimes see it: its kinds of data and services are its own business. */
export type Worker = {
  purpose: string;
  flag: string | undefined;
  sources: readonly Source[];
  reads: readonly string[];
  writes: readonly string[];
  requeues: readonly string[];
  deletes: readonly string[];
  secrets: readonly string[];
  calls: readonly string[];
  middlewares: readonly Middleware[];
  services(kit: ServiceKit): unknown;
  handle(records: readonly WorkerRecord[], context: HandleContext<unknown>): Promise<JsonValue>;
  redrivePart?(payload: JsonValue, context: HandleContext<unknown>): Promise<void>;
};
