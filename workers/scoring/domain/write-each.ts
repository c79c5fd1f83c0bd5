import { type ActionResult, PortError, type Table, type TableAction } from '@verifiedfan/ports';
import { toError } from '@verifiedfan/worker';

const isAboutOneAction = (error: unknown): boolean =>
  error instanceof PortError && (error.code === 'validation' || error.code === 'too_large');

/**
 * Writes and never throws: a call that fails as a whole is answered per action, so that workers can say which records to repeat. One
 * action over a limit makes the table refuse all of them before anything is written; then each goes alone.
 */
export const writeEach = async (table: Table, actions: readonly TableAction[]): Promise<ActionResult[]> => {
  if (actions.length === 0) return [];
  try {
    return await table.updateMany(actions);
  } catch (thrown) {
    const failed: ActionResult = { outcome: 'failed', error: toError(thrown) };
    if (actions.length === 1 || !isAboutOneAction(thrown)) return actions.map(() => failed);
  }
  const results: ActionResult[] = [];
  for (const action of actions) results.push(...(await writeEach(table, [action])));
  return results;
};
