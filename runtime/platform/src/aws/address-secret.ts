import { PortError } from '@verifiedfan/ports';
import { secretNameOf } from '../resource-names.ts';
import type { AwsContext } from './kinds.ts';

/** What is needed to reach engines beside AWS: addresses, which hold passwords, and a token; each with its shape. */
const ADDRESSES = {
  mongodbUri: { holds: 'the address of MongoDB', example: 'mongodb+srv://user:password@host' },
  redisUri: { holds: 'the address of Redis', example: 'rediss://:password@host:6379' },
  kafkaUri: {
    holds: 'the address of Kafka',
    example: 'host:9092,host:9092 or kafka+ssl://user:password@host:9096,host:9096?mechanism=scram-sha-512',
  },
  unleashToken: { holds: 'a token for backends of Unleash', example: 'default:production.…' },
} as const;

type AddressName = keyof typeof ADDRESSES;

type Wrong = { names: AwsContext['names']; name: AddressName; what: string; cause?: unknown };

/** Says what such a secret should hold, with its full name and the command that mends it; never what is in it. */
const wrongAddress = (code: 'not_found' | 'validation', { names, name, what, cause }: Wrong): PortError => {
  const { holds, example } = ADDRESSES[name];
  const full = secretNameOf(name, names);
  const command =
    code === 'not_found'
      ? `create-secret --name ${full} --secret-string …`
      : `put-secret-value --secret-id ${full} --secret-string …`;
  const message = `${what}: it holds ${holds}, such as ${example} (aws secretsmanager ${command})`;
  return new PortError({ code, message, resource: name, cause });
};

/**
 * What one of these secrets holds. Throws `PortError` with the secret's full name and the command that makes it, for whoever starts a process
 * without it; never the address itself.
 */
export const readAddress = async (
  { secrets, names }: Pick<AwsContext, 'secrets' | 'names'>,
  name: AddressName,
): Promise<string> => {
  const full = secretNameOf(name, names);
  const address = await secrets.get(name).catch((cause: unknown) => {
    if (!(cause instanceof PortError) || cause.code !== 'not_found') throw cause;
    throw wrongAddress('not_found', { names, name, what: `Secrets Manager has no secret ${full}`, cause });
  });
  if (address.trim() === '') throw wrongAddress('validation', { names, name, what: `the secret ${full} is empty` });
  return address;
};

/** The error for an address that is there and cannot be used. `what` says why, and quotes nothing of it. */
export const unusableAddress = (
  { names }: Pick<AwsContext, 'names'>,
  { name, what }: { name: AddressName; what: string },
): PortError =>
  wrongAddress('validation', { names, name, what: `the secret ${secretNameOf(name, names)} cannot be used: ${what}` });
