import { parseTarget, type TableActionName, type Target } from './loop-guard/index.ts';

/** What a worker may do to rows whose keys begin with these prefixes. */
export type Grant = Target & { actions: readonly TableActionName[] };

/** What a worker says that it does to resources, in the grammar of targets. */
export type DeclaredTargets = Readonly<Record<'reads' | 'writes' | 'requeues' | 'deletes', readonly string[]>>;

/** What a target means that does not say it: nothing may scan a table, or remove its rows, without saying so. */
const MEANT = {
  reads: ['get', 'query'],
  writes: ['put', 'update'],
  requeues: [],
  deletes: ['delete'],
} as const satisfies Record<keyof DeclaredTargets, readonly TableActionName[]>;

/**
 * What a worker may do to one table, from its declaration. The service kit holds workers to this, and the rights on AWS are made from it, so
 * that a worker which passes its tests here has the rights that it needs there, and no others.
 */
export const grantsOf = (worker: DeclaredTargets, resource: string): Grant[] =>
  (Object.keys(MEANT) as (keyof DeclaredTargets)[]).flatMap((list) =>
    worker[list]
      .map(parseTarget)
      .filter((target) => target.resource === resource)
      .map((target) => ({ ...target, actions: target.actions.length === 0 ? MEANT[list] : target.actions })),
  );
