import type { BatchWorkerDefinition, RequestWorkerDefinition } from './definition.ts';
import { WorkerError } from './errors.ts';
import { parseTarget } from './loop-guard/index.ts';
import type { Source } from './source.ts';

const refuse = (message: string, options?: ErrorOptions): never => {
  throw new WorkerError('invalid_worker', message, options);
};

const KNOWN = {
  source: true,
  reads: true,
  writes: true,
  requeues: true,
  deletes: true,
  secrets: true,
  calls: true,
  purpose: true,
  flag: true,
  services: true,
  middlewares: true,
  handle: true,
  redrivePart: true,
  answer: true,
} as const satisfies Record<
  keyof BatchWorkerDefinition<never, never> | keyof RequestWorkerDefinition<never, never>,
  true
>;

/** Throws `invalid_worker` for what could only fail later, with the first event or, worse, without anybody noticing. */
export const checkDefinition = <Data, Services>(
  definition: BatchWorkerDefinition<Data, Services> | RequestWorkerDefinition<Data, Services>,
  sources: readonly Source[],
): void => {
  const unknown = Object.keys(definition).filter((name) => !Object.hasOwn(KNOWN, name));
  if (unknown.length > 0) refuse(`unknown members: ${unknown.join(', ')}`);
  const mode = 'answer' in definition ? 'request' : 'batch';
  if ('answer' in definition && 'handle' in definition) refuse('a worker has handle or answer, not both');
  if (sources.length === 0 || sources.some((source) => source.mode !== mode))
    refuse(`a worker with ${mode === 'batch' ? 'handle' : 'answer'} needs ${mode} sources`);
  const names = sources.map(({ kind, resource }) => `${kind} ${resource}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(`the source ${twice} is named twice`);
  const { reads, writes, requeues = [], deletes = [], middlewares = [] } = definition;
  for (const target of [...reads, ...writes, ...requeues, ...deletes]) checkTarget(target);
  if (middlewares.some(({ before, after, onError }) => !before && !after && !onError))
    refuse('a middleware needs at least one of before, after and onError');
};

const checkTarget = (target: string): void => {
  try {
    parseTarget(target);
  } catch (cause) {
    refuse(`${JSON.stringify(target)} names no resource`, { cause });
  }
};
