import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { openLevelTable, systemClock } from '@verifiedfan/embedded';

/** Opens and closes a table of its own below `directory`, to learn whether this machine can run the native engine. */
export const tryEngines = async (directory: string): Promise<void> => {
  const location = join(directory, 'doctor');
  const table = openLevelTable({ name: 'doctor', location, clock: systemClock });
  try {
    await table.get({ PK: 'doctor', SK: 'doctor' });
  } finally {
    await table.close();
    rmSync(location, { recursive: true, force: true });
  }
};
