import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { checkDefinition } from './definition-rules.ts';
import { WorkerError } from './errors.ts';
import type { Outcomes, Rejection } from './outcomes.ts';
import type { WorkerRecord } from './record.ts';
import type { ServiceKit } from './service-kit.ts';
import type { Source } from './source.ts';

/** The part of a log that workers use; `@verifiedfan/log` fits. */
export type WorkerLog = {
  debug(message: string, data?: object): void;
  info(message: string, data?: object): void;
  warn(message: string, data?: object): void;
  error(message: string, data?: object): void;
};

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

/**
 * Defines an event worker; throws `invalid_worker` for a definition that contradicts itself. The same definition is a Lambda handler (`createHandler`) and a local consumer. A batch worker has `handle`
 * and answers with counters; a worker behind AppSync has `answer` and answers with its value.
 */
export function defineWorker<Data, Services>(definition: BatchWorkerDefinition<Data, Services>): Worker;
export function defineWorker<Data, Services>(definition: RequestWorkerDefinition<Data, Services>): Worker;
export function defineWorker<Data, Services>(
  definition: BatchWorkerDefinition<Data, Services> | RequestWorkerDefinition<Data, Services>,
): Worker {
  const sources = (Array.isArray(definition.source) ? definition.source : [definition.source]) as readonly Source[];
  checkDefinition(definition, sources);
  const { purpose, flag, reads, writes, requeues = [], deletes = [], secrets = [], calls = [] } = definition;
  const worker: Worker = {
    purpose,
    flag,
    sources,
    reads,
    writes,
    requeues,
    deletes,
    secrets,
    calls,
    middlewares: definition.middlewares ?? [],
    services: (kit) => definition.services(kit),
    // The one place where the types of a worker's own data and services are forgotten; the runtimes pass back what they were given.
    handle: ('answer' in definition ? answerOne(definition) : definition.handle.bind(definition)) as Worker['handle'],
  };
  if ('redrivePart' in definition && definition.redrivePart !== undefined) {
    worker.redrivePart = definition.redrivePart.bind(definition) as NonNullable<Worker['redrivePart']>;
  }
  return worker;
}

const answerOne =
  <Data, Services>(definition: RequestWorkerDefinition<Data, Services>) =>
  (records: readonly WorkerRecord<Data>[], context: HandleContext<Services>): Promise<JsonValue> => {
    const [request] = records;
    if (request === undefined) throw new WorkerError('foreign_event', 'A request worker needs exactly one request');
    return definition.answer(request, context);
  };
