import { randomBytes } from 'node:crypto';
import { systemRandom } from '@verifiedfan/embedded';
import { SECRET_GENERATORS } from '@verifiedfan/platform';
import { resources } from '@verifiedfan/workers/resources';
import { awsConnection, fileAccount, makeStage, serverAddress } from '../../src/index.ts';

/** A new stage on the emulators, and the environment in which the SDK and our command find it. */
export const openStage = async (): Promise<{ env: Record<string, string> }> => {
  const names = { prefix: `vf-${randomBytes(4).toString('hex')}` };
  const secrets = {
    ...Object.fromEntries(Object.entries(SECRET_GENERATORS).map(([name, make]) => [name, make(systemRandom)])),
    mongodbUri: serverAddress('mongodb'),
    redisUri: serverAddress('redis'),
  };
  const connections = { tables: awsConnection('dynamodb-local'), others: awsConnection('ministack') };
  await makeStage({ catalogue: resources, names, connections, secrets });
  const tables = serverAddress('dynamodb-local');
  return {
    env: {
      RESOURCE_PREFIX: names.prefix,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: fileAccount(),
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: serverAddress('ministack'),
      AWS_ENDPOINT_URL_DYNAMODB: tables,
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: tables,
    },
  };
};
