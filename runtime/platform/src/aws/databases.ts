import { createMongoDatabase } from '@verifiedfan/mongodb';
import type { AwsKinds } from './kinds.ts';

/** The address is the secret `mongodbUri`; each service has a database of its own. */
export const openDatabases: NonNullable<AwsKinds['database']> = async ({ secrets, names, clock, random }) => {
  const uri = await secrets.get('mongodbUri');
  return { open: (service) => createMongoDatabase({ uri, name: `${names.prefix}-${service}`, clock, random }) };
};
