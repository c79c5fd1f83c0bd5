import { fileAccount, type OpenStageOptions, openStage, serverAddress } from '../../src/index.ts';

/** A new stage on the servers of this run, which are started because they are named here. */
export const openOwnStage = (
  options: Pick<OpenStageOptions, 'secrets'> = {},
): Promise<{ env: Record<string, string> }> =>
  openStage({
    addresses: {
      aws: serverAddress('ministack'),
      tables: serverAddress('dynamodb-local'),
      mongodb: serverAddress('mongodb'),
      redis: serverAddress('redis'),
    },
    account: fileAccount(),
    ...options,
  });
