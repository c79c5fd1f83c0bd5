import type { Catalogue } from '@verifiedfan/ports';
import { DEAD_LETTER_TABLE, parseTarget, type Worker } from '@verifiedfan/worker';

/**
 * The part of the catalogue that a worker may touch, its dead letters included; requests have none, since their caller is told. What only
 * wakes a worker is read by Lambda on its behalf.
 */
export const reachedBy = (
  { reads, writes, requeues, deletes, sources }: Pick<Worker, 'reads' | 'writes' | 'requeues' | 'deletes' | 'sources'>,
  catalogue: Catalogue,
): Catalogue => {
  const names = new Set([...reads, ...writes, ...requeues, ...deletes].map((target) => parseTarget(target).resource));
  if (sources.some(({ mode }) => mode !== 'request')) names.add(DEAD_LETTER_TABLE);
  return Object.fromEntries(Object.entries(catalogue).filter(([name]) => names.has(name)));
};
