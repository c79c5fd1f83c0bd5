import { type ActionResult, PortError, type Table, type TableAction } from '@verifiedfan/ports';
import { asError } from './errors.ts';

const isAboutOneAction = (error: unknown): boolean =>
  error instanceof PortError && (error.code === 'validation' || error.code === 'too_large');

const writeAlone = async (table: Table, action: TableAction): Promise<ActionResult> => {
  try {
    const [result] = await table.updateMany([action]);
    return result ?? { outcome: 'failed', error: asError(undefined) };
  } catch (thrown) {
    return { outcome: 'failed', error: asError(thrown) };
  }
};

/**
 * Writes and never throws: a call that fails as a whole is answered per action. One action that breaks a limit makes the table refuse
 * the whole call before anything is written; then each goes alone, in order, so that one bad row cannot hold up the others.
 */
export const writeEach = async (table: Table, actions: readonly TableAction[]): Promise<ActionResult[]> => {
  if (actions.length === 0) return [];
  try {
    return await table.updateMany(actions);
  } catch (thrown) {
    if (!isAboutOneAction(thrown) || actions.length === 1) {
      return actions.map(() => ({ outcome: 'failed', error: asError(thrown) }));
    }
  }
  const results: ActionResult[] = [];
  for (const action of actions) results.push(await writeAlone(table, action));
  return results;
};
