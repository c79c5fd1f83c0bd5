import { ConfigurationError } from '@verifiedfan/platform';
import { PortError, type Secrets } from '@verifiedfan/ports';

const findValue = async (secrets: Secrets, name: string): Promise<string | undefined> => {
  try {
    const value = await secrets.get(name);
    return value.trim() === '' ? undefined : value;
  } catch (error) {
    if (error instanceof PortError && error.code === 'not_found') return undefined;
    throw error;
  }
};

/**
 * What a partner is asked with, by the names of the secrets; undefined when none of them has a value: then the installation does without the
 * partner. Throws `ConfigurationError`, which names what is missing, when only some have one.
 */
export const readCredentials = async <Name extends string>(
  names: readonly Name[],
  { secrets }: { secrets: Secrets },
): Promise<Readonly<Record<Name, string>> | undefined> => {
  const values = await Promise.all(names.map(async (name) => [name, await findValue(secrets, name)] as const));
  const missing = values.flatMap(([name, value]) => (value === undefined ? [name] : []));
  if (missing.length === names.length) return undefined;
  if (missing.length > 0)
    throw new ConfigurationError(`the secrets ${names.join(' and ')} go together: ${missing.join(', ')} has no value`);
  return Object.fromEntries(values) as Record<Name, string>;
};
