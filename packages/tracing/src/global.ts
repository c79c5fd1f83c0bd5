import type { Tracer } from '@opentelemetry/api';
import { checkTracingOptions, createTracing } from './create-tracing.ts';
import { TracingError } from './errors.ts';
import { NOOP_TRACER } from './noop.ts';
import type { CreateTracingOptions, TimeLimit, Tracing } from './types.ts';

/*
 * The thin process-wide convenience over `createTracing`. It is kept on `globalThis`, not in this module: npm may install this package twice, and two
 * copies with a tracer each would send two halves of a trace. `FORMAT` changes whenever copies could not share what is kept.
 */
const KEY = Symbol.for('@verifiedfan/tracing');
const FORMAT = 1;

type Holder = { format: number; settings: CreateTracingOptions; tracing: Promise<Tracing>; ready?: Tracing };
const slot = globalThis as unknown as { [KEY]?: Holder | undefined };

/**
 * Sets up the tracer of the process. Called again with the same settings it gives the same one; with others it throws `already_configured`, because
 * half of the process would not be traced as it was told. Spans made before the promise resolves are not recorded.
 */
export const GlobalTracer = (options: CreateTracingOptions): Promise<Tracing> => {
  checkTracingOptions(options);
  const held = slot[KEY];
  if (held !== undefined) return sameOrThrow(held, options);
  const holder: Holder = { format: FORMAT, settings: { ...options }, tracing: createTracing(options) };
  slot[KEY] = holder;
  holder.tracing.then(
    (tracing) => {
      holder.ready = tracing;
    },
    () => release(holder),
  );
  return holder.tracing;
};

const sameOrThrow = (held: Holder, options: CreateTracingOptions): Promise<Tracing> => {
  if (held.format !== FORMAT) {
    throw new TracingError(
      'incompatible_copy',
      'Another version of @verifiedfan/tracing holds the tracer of this process',
    );
  }
  const names = new Set([...Object.keys(held.settings), ...Object.keys(options)]) as Set<keyof CreateTracingOptions>;
  const differing = [...names].filter((name) => held.settings[name] !== options[name]);
  if (differing.length === 0) return held.tracing;
  throw new TracingError(
    'already_configured',
    `The tracer of this process was set up before with other values of ${differing.sort().join(', ')}`,
  );
};

/** Flushes and removes the tracer of the process, so that another can be set up. Without one it does nothing. */
export const shutdownGlobalTracer = async (limit?: TimeLimit): Promise<void> => {
  const held = slot[KEY];
  if (held === undefined) return;
  release(held);
  const tracing = await held.tracing.catch(() => undefined);
  await tracing?.shutdown(limit);
};

const release = (holder: Holder): void => {
  if (slot[KEY] === holder) slot[KEY] = undefined;
};

/** The tracer of the process; one that records nothing as long as there is none. */
export const globalTracer = (): Tracer => slot[KEY]?.ready?.tracer ?? NOOP_TRACER;
