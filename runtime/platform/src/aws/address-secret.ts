import { PortError } from '@verifiedfan/ports';
import { secretNameOf } from '../resource-names.ts';
import type { AwsContext } from './kinds.ts';

/** Engines beside AWS whose addresses are secrets, for they hold passwords, with the shape of an address. */
const ADDRESSES = {
  mongodbUri: { engine: 'MongoDB', example: 'mongodb+srv://user:password@host' },
  redisUri: { engine: 'Redis', example: 'rediss://:password@host:6379' },
  kafkaUri: { engine: 'Kafka', example: 'host:9092,host:9092' },
} as const;

/**
 * The address of an engine. Throws `PortError` with the secret's full name and the command that makes it, for whoever starts a process without it;
 * never the address itself.
 */
export const readAddress = async (
  { secrets, names }: Pick<AwsContext, 'secrets' | 'names'>,
  name: keyof typeof ADDRESSES,
): Promise<string> => {
  const { engine, example } = ADDRESSES[name];
  const full = secretNameOf(name, names);
  const refuse = (code: 'not_found' | 'validation', what: string, cause?: unknown): PortError => {
    const message = `${what}: it holds the address of ${engine}, such as ${example}`;
    return new PortError({
      code,
      message: `${message} (aws secretsmanager ${helpOf(code, full)})`,
      resource: name,
      cause,
    });
  };
  const address = await secrets.get(name).catch((error: unknown) => {
    if (!(error instanceof PortError) || error.code !== 'not_found') throw error;
    throw refuse('not_found', `Secrets Manager has no secret ${full}`, error);
  });
  if (address.trim() === '') throw refuse('validation', `the secret ${full} is empty`);
  return address;
};

const helpOf = (code: 'not_found' | 'validation', full: string): string =>
  code === 'not_found'
    ? `create-secret --name ${full} --secret-string …`
    : `put-secret-value --secret-id ${full} --secret-string …`;
