import type { OperationResult, PortError } from '@verifiedfan/ports';
import type { BulkOptions } from './bulk-options.ts';
import { toPortError } from './errors.ts';
import { applyModel, idOf, type Model } from './operations.ts';

/** Commands under way at once for one bulk. */
const PARALLEL = 16;

/** Positions whose order matters: those of one document; all, as soon as one operation does not say which document it is about. */
const chainsOf = (models: readonly Model[]): number[][] => {
  const chains = new Map<string, number[]>();
  for (const [index, model] of models.entries()) {
    const id = idOf(model);
    if (id === undefined) return [[...models.keys()]];
    const chain = chains.get(id);
    if (chain) chain.push(index);
    else chains.set(id, [index]);
  }
  return [...chains.values()];
};

/**
 * A bulk for servers without a command that answers per operation: each is a command of its own, several at once where they are about
 * different documents. A server that has gone ends the rest.
 */
export const applyOneByOne = async ({
  collection,
  models,
  maxTimeMS,
  place,
}: BulkOptions): Promise<OperationResult[]> => {
  const results: OperationResult[] = [];
  const chains = chainsOf(models);
  let gone: PortError | undefined;

  const apply = async (index: number): Promise<OperationResult> => {
    if (gone) return { outcome: 'failed', error: gone };
    try {
      return await applyModel(collection, models[index] as Model, { maxTimeMS });
    } catch (error) {
      const failed = toPortError(error, place);
      if (failed.code === 'unavailable' || failed.code === 'closed') gone = failed;
      return { outcome: 'failed', error: failed };
    }
  };

  const work = async (): Promise<void> => {
    for (let chain = chains.pop(); chain; chain = chains.pop()) {
      for (const index of chain) results[index] = await apply(index);
    }
  };
  chains.reverse();
  await Promise.all(Array.from({ length: Math.min(PARALLEL, chains.length) }, work));
  return results;
};
