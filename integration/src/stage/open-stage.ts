import { randomBytes } from 'node:crypto';
import type { AwsConnection } from '@verifiedfan/aws';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { SECRET_GENERATORS } from '@verifiedfan/platform';
import { resources } from '@verifiedfan/workers/resources';
import type { ServerName } from '../servers/definition.ts';
import { makeStage } from './make-stage.ts';

/** The servers that the product runs on when it is started with `--platform aws`, by what they are for. */
export const STAGE_SERVERS = {
  aws: 'ministack',
  tables: 'dynamodb-local',
  mongodb: 'mongodb',
  redis: 'redis',
} as const satisfies Record<string, ServerName>;

export type OpenStageOptions = {
  /** Where the servers listen. */
  addresses: Readonly<Record<keyof typeof STAGE_SERVERS, string>>;
  /** An account of its own on ministack: 12 digits. */
  account: string;
  /** Values of secrets by their names in the code. @default those that an estate makes for itself */
  secrets?: Readonly<Record<string, string>> | undefined;
};

/** A new stage on emulators, and the environment in which AWS's SDK and our command find it. */
export const openStage = async ({
  addresses,
  account,
  secrets: given = {},
}: OpenStageOptions): Promise<{ env: Record<string, string> }> => {
  const names = { prefix: `vf-${randomBytes(4).toString('hex')}` };
  const connectionTo = (endpoint: string): AwsConnection => ({
    region: 'us-east-1',
    endpoint,
    credentials: { accessKeyId: account, secretAccessKey: 'test' },
    clock: systemClock,
    random: systemRandom,
  });
  const secrets = {
    ...Object.fromEntries(Object.entries(SECRET_GENERATORS).map(([name, make]) => [name, make(systemRandom)])),
    mongodbUri: addresses.mongodb,
    redisUri: addresses.redis,
    ...given,
  };
  const { tables, aws: others } = addresses;
  const connections = { tables: connectionTo(tables), others: connectionTo(others) };
  await makeStage({ catalogue: resources, names, connections, secrets });
  return {
    env: {
      RESOURCE_PREFIX: names.prefix,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: account,
      AWS_SECRET_ACCESS_KEY: 'test',
      AWS_ENDPOINT_URL: others,
      AWS_ENDPOINT_URL_DYNAMODB: tables,
      AWS_ENDPOINT_URL_DYNAMODB_STREAMS: tables,
    },
  };
};
