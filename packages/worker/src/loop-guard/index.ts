export { LoopError, type LoopErrorCode } from './errors.ts';
export {
  buildWorkerGraph,
  type GraphWorker,
  type WorkerEdge,
  type WorkerGraph,
  type WorkerGraphOptions,
} from './graph.ts';
export type { Reach } from './reach.ts';
export { parseTarget, TABLE_ACTIONS, type TableActionName, type Target } from './target.ts';
