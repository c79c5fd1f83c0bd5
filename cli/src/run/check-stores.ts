import type { Estate } from '@verifiedfan/local';
import { findStoreFaults } from '@verifiedfan/platform';
import { PortError } from '@verifiedfan/ports';
import { resources } from '@verifiedfan/workers/resources';

/**
 * Throws what is wrong with the first store that this version cannot read. To be asked before workers start: each would try to open its
 * stores again and again, and a command that waits for them would wait for ever.
 */
export const checkStores = async ({ platform, directory }: Pick<Estate, 'platform' | 'directory'>): Promise<void> => {
  const [fault] = await findStoreFaults(platform, { directory, catalogue: resources });
  if (fault === undefined) return;
  if (fault.code !== 'validation') throw fault;
  // A store of another format needs what a damaged one needs: another directory, or a copy.
  throw new PortError({ code: 'corrupt', message: fault.message, cause: fault });
};
