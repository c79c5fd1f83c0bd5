import { createDynamoTable } from '@verifiedfan/aws';
import { resourceNameOf } from '../resource-names.ts';
import type { AwsKinds } from './kinds.ts';

export const openTables: NonNullable<AwsKinds['table']> = async ({ connection, names }) => ({
  open: (name, definition) =>
    createDynamoTable({ name, tableName: resourceNameOf({ name, definition }, names), connection }),
});
