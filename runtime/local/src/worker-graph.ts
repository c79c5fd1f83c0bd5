import type { Catalogue } from '@verifiedfan/ports';
import { buildWorkerGraph, type GraphWorker, parseTarget, type Target, type Worker } from '@verifiedfan/worker';

/** Who can bring work to whom, by the names of workers. */
export type EstateGraph = {
  /** All other workers that may still bring a worker something to do, or change what it reads. */
  inFrontOf(worker: string): ReadonlySet<string>;
};

/** Builds the graph and checks it; throws `LoopError` when workers could wake each other for ever, and for unknown names; `TypeError` when two take one bucket's uploads. */
export const createEstateGraph = (workers: Readonly<Record<string, Worker>>, resources: Catalogue): EstateGraph => {
  assertOneTakerPerBucket(workers);
  const nodes = new Map(Object.entries(workers).flatMap(([name, worker]) => nodesOf(name, worker)));
  const graph = buildWorkerGraph({ resources, workers: [...nodes.values()].map(({ node }) => node) });
  const workerOf = (node: string): string => nodes.get(node)?.worker ?? node;
  const upstreamOf = (worker: string): string[] =>
    [...nodes].flatMap(([node, each]) => (each.worker === worker ? graph.upstream(node).workers.map(workerOf) : []));

  return {
    inFrontOf(worker) {
      const reads = (workers[worker]?.reads ?? []).map(parseTarget);
      const writes = (other: Worker): boolean =>
        other.writes.map(parseTarget).some((write) => reads.some((read) => mayMeet(read, write)));
      const writers = Object.keys(workers).filter((name) => workers[name] !== undefined && writes(workers[name]));
      const all = new Set([worker, ...writers].flatMap((each) => [each, ...upstreamOf(each)]));
      all.delete(worker);
      return all;
    },
  };
};

/** Whether some key has both prefixes: of rows that others write a reader sees nothing. */
const mayMeet = (read: Target, write: Target): boolean =>
  read.resource === write.resource &&
  beginAlike(read.partitionPrefix, write.partitionPrefix) &&
  beginAlike(read.keyPrefix, write.keyPrefix);
const beginAlike = (a: string, b: string): boolean => a.startsWith(b) || b.startsWith(a);

/** An upload is told once and then acknowledged; of two workers one would never hear of it. */
const assertOneTakerPerBucket = (workers: Readonly<Record<string, Worker>>): void => {
  const takers = new Map<string, string>();
  for (const [name, { sources }] of Object.entries(workers)) {
    for (const { kind, resource } of sources) {
      if (kind !== 's3') continue;
      const other = takers.get(resource);
      if (other !== undefined) throw new TypeError(`${other} and ${name} both take the uploads of ${resource}`);
      takers.set(resource, name);
    }
  }
};

/** The graph knows one source a worker; a worker with several stands in it once for each, with the same writes. */
const nodesOf = (worker: string, { sources, reads, writes }: Worker) =>
  sources.map(({ kind, resource, stream }, index): [string, { worker: string; node: GraphWorker }] => {
    const name = index === 0 ? worker : `${worker} (${resource})`;
    return [name, { worker, node: { name, source: { kind, resource, filters: stream?.filters }, reads, writes } }];
  });
