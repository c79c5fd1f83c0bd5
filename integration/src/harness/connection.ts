import type { AwsConnection } from '@verifiedfan/aws';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import type { ServerName } from '../servers/definition.ts';
import { addressOf } from '../servers/manager.ts';
import { cacheFolder, runName } from '../servers/paths.ts';
import { fileAccount } from './isolation.ts';

/** The servers that speak to an AWS SDK. */
export type AwsServerName = Extract<ServerName, 'ministack' | 'dynamodb-local' | 'elasticmq' | 'kinesalite'>;

/**
 * Where a server of this run listens, as its usual client takes it: `http://127.0.0.1:4566`, `mongodb://…`, `redis://…`, `postgres://…`,
 * and `127.0.0.1:9092` for Kafka. Throws `not_running`, with the command that helps.
 */
export const serverAddress = (name: ServerName): string => addressOf(name, { cache: cacheFolder(), run: runName() });

/**
 * What drivers of packages/aws need to call a server of this run, with the machine's own clock and chance. On ministack every test file has
 * an account of its own; on the other servers tests keep apart by `uniqueName`. What `overrides` names is taken from there.
 */
export const awsConnection = (name: AwsServerName, overrides: Partial<AwsConnection> = {}): AwsConnection => ({
  region: 'us-east-1',
  endpoint: overrides.endpoint ?? serverAddress(name),
  credentials: { accessKeyId: fileAccount(), secretAccessKey: 'test' },
  clock: systemClock,
  random: systemRandom,
  ...overrides,
});
