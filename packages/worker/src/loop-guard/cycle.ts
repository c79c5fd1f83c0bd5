import type { Reach } from './reach.ts';

/** `from` writes `resource`, which wakes `to`. */
export type WorkerEdge = { from: string; resource: string; to: string; reach: Exclude<Reach, 'never'> };

/** One circle in which every edge is open, as worker, resource, worker, …, first worker; undefined when there is none. */
export const findOpenCycle = (workers: readonly string[], edges: readonly WorkerEdge[]): string[] | undefined => {
  const open = Map.groupBy(
    edges.filter(({ reach }) => reach === 'open'),
    ({ from }) => from,
  );
  const cleared = new Set<string>();

  const visit = (worker: string, path: readonly WorkerEdge[]): string[] | undefined => {
    const start = path.findIndex(({ from }) => from === worker);
    if (start !== -1) return [...path.slice(start).flatMap(({ from, resource }) => [from, resource]), worker];
    if (cleared.has(worker)) return undefined;
    for (const edge of open.get(worker) ?? []) {
      const cycle = visit(edge.to, [...path, edge]);
      if (cycle !== undefined) return cycle;
    }
    cleared.add(worker);
    return undefined;
  };

  for (const worker of workers) {
    const cycle = visit(worker, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
};
