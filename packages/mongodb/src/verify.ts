import { PortError } from '@verifiedfan/ports';
import type { Db } from 'mongodb';
import { isAccessError, toPortError } from './errors.ts';

export type VerifyOptions = { db: Db; connect: () => Promise<void>; timeoutMs: number };

/** Asks the server for a sign of life as the user that later calls are made as. Messages name the database, never the address or the user. */
export const verifyServer = async ({ db, connect, timeoutMs }: VerifyOptions): Promise<void> => {
  const resource = db.databaseName;
  try {
    await connect();
    await db.command({ ping: 1, maxTimeMS: timeoutMs });
  } catch (error) {
    const { code, cause } = toPortError(error, { operation: 'ping', resource });
    if (isAccessError(error)) {
      throw new PortError({ code: 'validation', message: 'MongoDB refuses the credentials', resource, cause });
    }
    throw new PortError({ code, message: 'MongoDB cannot be reached', resource, cause });
  }
};
