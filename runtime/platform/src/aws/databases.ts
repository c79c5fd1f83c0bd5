import { createMongoDatabase } from '@verifiedfan/mongodb';
import { readAddress } from './address-secret.ts';
import type { AwsKinds } from './kinds.ts';

/** The address is the secret `mongodbUri`; each service has a database of its own. */
export const openDatabases: NonNullable<AwsKinds['database']> = async (context) => {
  const { names, clock, random } = context;
  const uri = await readAddress(context, 'mongodbUri');
  return { open: (service) => createMongoDatabase({ uri, name: `${names.prefix}-${service}`, clock, random }) };
};
