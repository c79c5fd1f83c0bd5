import type { JsonValue } from '@verifiedfan/ports';
import { findOpenCycle, type WorkerEdge } from './cycle.ts';
import { LoopError } from './errors.ts';
import { reachOf } from './reach.ts';
import { parseTarget } from './target.ts';

/** The part of a worker's definition that says what wakes it and what it touches. */
export type GraphWorker = {
  name: string;
  source: {
    kind: string;
    /** The resource whose changes, records, messages or uploads wake the worker. */
    resource: string;
    /** Event patterns of the source, any of which lets a record through. */
    filters?: readonly JsonValue[] | undefined;
  };
  /** Resources by name, for tables with key prefixes where known: `demandTable`, `demandTable/meta:*`. */
  reads: readonly string[];
  writes: readonly string[];
};

export type { WorkerEdge };

export type WorkerGraph = {
  workers: readonly string[];
  edges: readonly WorkerEdge[];
  /** Who touches each resource of the catalogue. */
  resources: Readonly<Record<string, { readers: string[]; writers: string[]; wakes: string[] }>>;
  /**
   * Everything that can still bring work to a worker: the resources that must be drained, its own source included, and the workers that must
   * be idle. A worker inside a circle is upstream of itself. Throws `RangeError` for a name that is not in the list.
   */
  upstream(worker: string): { workers: string[]; resources: string[] };
};

export type WorkerGraphOptions = {
  workers: readonly GraphWorker[];
  /** The catalogue; only its names matter. */
  resources: Readonly<Record<string, unknown>>;
};

/** Fields of a GraphQL schema are sources without being resources. */
const isRequest = ({ source }: GraphWorker): boolean => source.kind.startsWith('appsync');

const checkNames = ({ workers, resources }: WorkerGraphOptions): void => {
  const seen = new Set<string>();
  for (const worker of workers) {
    if (seen.has(worker.name)) throw new LoopError('duplicate_worker', `two workers are called ${worker.name}`);
    seen.add(worker.name);
    const named = [...worker.reads, ...worker.writes].map((text) => parseTarget(text).resource);
    if (!isRequest(worker)) named.push(worker.source.resource);
    const unknown = named.find((resource) => !Object.hasOwn(resources, resource));
    if (unknown !== undefined) {
      throw new LoopError('unknown_resource', `${worker.name} names ${unknown}, which is not in the catalogue`);
    }
  }
};

/** The widest way in which the writes of one worker reach another. */
const edgeBetween = (from: GraphWorker, to: GraphWorker): WorkerEdge | undefined => {
  const { resource, filters = [] } = to.source;
  if (isRequest(to)) return undefined;
  const reaches = from.writes
    .map(parseTarget)
    .filter((write) => write.resource === resource)
    .map((write) => reachOf(write, filters));
  const reach = reaches.includes('open') ? 'open' : reaches.includes('narrowed') ? 'narrowed' : undefined;
  return reach === undefined ? undefined : { from: from.name, resource, to: to.name, reach };
};

const usersOf = (workers: readonly GraphWorker[], resource: string) => {
  const names = (uses: (worker: GraphWorker) => boolean) => workers.filter(uses).map(({ name }) => name);
  const touches = (targets: readonly string[]) => targets.some((text) => parseTarget(text).resource === resource);
  return {
    readers: names(({ reads }) => touches(reads)),
    writers: names(({ writes }) => touches(writes)),
    wakes: names((worker) => !isRequest(worker) && worker.source.resource === resource),
  };
};

const upstreamIn = (workers: readonly GraphWorker[], edges: readonly WorkerEdge[], name: string) => {
  const start = workers.find((worker) => worker.name === name);
  if (start === undefined) throw new RangeError(`there is no worker ${name}`);
  const found = new Set<string>();
  const open = [name];
  for (const next of open) {
    for (const { from } of edges.filter(({ to }) => to === next)) {
      if (!found.has(from)) open.push(from);
      found.add(from);
    }
  }
  const upstream = workers.filter((worker) => found.has(worker.name));
  const sources = [start, ...upstream].filter((worker) => !isRequest(worker)).map(({ source }) => source.resource);
  return { workers: upstream.map((worker) => worker.name), resources: [...new Set(sources)] };
};

/**
 * Builds the graph worker → resource it writes → worker woken by that resource, and checks it: an estate in which workers can wake each
 * other for ever must not start. Throws `LoopError` with the circle when no filter on the way narrows it, and for unknown names.
 */
export const buildWorkerGraph = ({ workers, resources }: WorkerGraphOptions): WorkerGraph => {
  checkNames({ workers, resources });
  const edges = workers.flatMap((from) => workers.flatMap((to) => edgeBetween(from, to) ?? []));
  const names = workers.map(({ name }) => name);
  const cycle = findOpenCycle(names, edges);
  if (cycle !== undefined) {
    throw new LoopError('self_excitation', `workers wake each other without a filter: ${cycle.join(' → ')}`, cycle);
  }
  return {
    workers: names,
    edges,
    resources: Object.fromEntries(Object.keys(resources).map((resource) => [resource, usersOf(workers, resource)])),
    upstream: (worker) => upstreamIn(workers, edges, worker),
  };
};
