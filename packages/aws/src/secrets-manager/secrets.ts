import { assertOptions, assertWhole } from '@verifiedfan/driver';
import { type Clock, PortError, type Secrets } from '@verifiedfan/ports';
import { lazily } from '../clients/lazily.ts';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { toPortError } from '../sdk/errors.ts';

export type AwsSecretsOptions = {
  connection: AwsConnection;
  /** In front of every name, so that stages share nothing: `verified-fan/prod/`. @default '' */
  prefix?: string | undefined;
  /** How long a value is used before it is asked for again, in milliseconds: so long a rotated secret may go unnoticed. @default 300_000 */
  ttlMs?: number | undefined;
};

type Known = { value: string; untilMs: number };

/** Secrets Manager's name for a secret that is marked for deletion, in the answer to a read: it is there for its owner, and for nobody else. */
const MISSING: ReadonlySet<unknown> = new Set(['ResourceNotFoundException', 'InvalidRequestException']);

const absent = (cause?: unknown): PortError =>
  new PortError({ code: 'not_found', message: 'there is no secret of this name', cause });

/**
 * Secrets on Secrets Manager. A value is kept for a while, several readers of one name share one request, and a failed read is not
 * remembered. Errors never quote a name or a value.
 */
export const createAwsSecrets = (options: AwsSecretsOptions): Secrets => {
  assertOptions(options, ['connection', 'prefix', 'ttlMs']);
  const { connection, prefix = '', ttlMs = 300_000 } = options;
  assertWhole('ttlMs', ttlMs, 0, 86_400_000);
  const { clock }: { clock: Clock } = connection;
  const known = new Map<string, Known>();
  const underWay = new Map<string, Promise<string>>();
  const open = lazily(async () => {
    const sdk = await import('./sdk-commands.ts');
    const client = new sdk.SecretsManagerClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'secretsmanager', connection }) };
  });

  const ask = async (name: string): Promise<string> => {
    try {
      const { sdk, client } = await open();
      const { SecretString } = await client.send(new sdk.GetSecretValueCommand({ SecretId: `${prefix}${name}` }));
      if (SecretString === undefined) throw notText();
      known.set(name, { value: SecretString, untilMs: clock.now() + ttlMs });
      return SecretString;
    } catch (error) {
      if (error instanceof Error && MISSING.has(error.name)) throw absent(error);
      throw toPortError(error, { operation: 'secretsmanager.GetSecretValue' });
    }
  };

  return {
    async get(name) {
      // Without a name the request would be refused for its form, or answer whatever the prefix alone names.
      if (name === '') throw absent();
      const found = known.get(name);
      if (found !== undefined && clock.now() < found.untilMs) return found.value;
      known.delete(name);
      const asking = underWay.get(name) ?? ask(name).finally(() => underWay.delete(name));
      underWay.set(name, asking);
      return asking;
    },
  };
};

const notText = (): PortError =>
  new PortError({
    code: 'validation',
    message: 'the secret holds bytes (SecretBinary); store it as text (SecretString)',
  });
