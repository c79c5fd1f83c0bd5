import { chmod, mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { assertOptions } from '@verifiedfan/driver';
import { PortError, type Random, type Secrets } from '@verifiedfan/ports';
import { toPortError } from '../sqlite/errors.ts';

/** Makes the first value of a secret. */
export type SecretGenerator = (random: Random) => string | Promise<string>;

export type FileSecretsOptions = {
  /** A JSON file in the data directory, readable by its owner alone (mode 0600). Written when the first secret is generated. */
  location: string;
  random: Random;
  /** Secrets that may be made on first use, by name. Others have to be in the file. @default {} */
  generators?: Readonly<Record<string, SecretGenerator>>;
};

const OWNER_ONLY = 0o600;
const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
const damaged = () => new PortError({ code: 'corrupt', message: 'the secrets file is not one JSON object of texts' });

const readSecrets = async (location: string): Promise<Map<string, string>> => {
  let text: string;
  try {
    text = await readFile(location, 'utf8');
    // A copied or restored file may have become readable by others.
    await chmod(location, OWNER_ONLY);
  } catch (error) {
    if (isMissing(error)) return new Map();
    throw toPortError(error, 'secrets');
  }
  return parseSecrets(text);
};

const parseSecrets = (text: string): Map<string, string> => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the text.
    throw damaged();
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw damaged();
  const entries = Object.entries(parsed).map(([name, value]): [string, string] => {
    if (typeof value !== 'string') throw damaged();
    return [name, value];
  });
  return new Map(entries);
};

/** Replaces the file in one step, so that a crash leaves the old secrets or the new ones. */
const writeSecrets = async (location: string, secrets: ReadonlyMap<string, string>): Promise<void> => {
  const next = `${location}.next`;
  try {
    await mkdir(dirname(location), { recursive: true });
    const file = await open(next, 'w', OWNER_ONLY);
    try {
      await file.chmod(OWNER_ONLY);
      await file.writeFile(`${JSON.stringify(Object.fromEntries(secrets), null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, location);
  } catch (error) {
    throw toPortError(error, 'secrets');
  }
};

/** Secrets of one data directory. The file is read when the first secret is asked for. */
export const openFileSecrets = (options: FileSecretsOptions): Secrets => {
  assertOptions(options, ['location', 'random', 'generators']);
  const { location, random, generators = {} } = options;
  let turn: Promise<unknown> = Promise.resolve();
  let loaded: Map<string, string> | undefined;

  const find = async (name: string): Promise<string> => {
    loaded ??= await readSecrets(location);
    const known = loaded.get(name);
    if (known !== undefined) return known;
    const generate = Object.hasOwn(generators, name) ? generators[name] : undefined;
    if (!generate) throw new PortError({ code: 'not_found', message: 'there is no secret of this name' });
    const value = await generate(random);
    await writeSecrets(location, new Map([...loaded, [name, value]]));
    loaded.set(name, value);
    return value;
  };

  return {
    // One at a time: two first uses at once must get the same value.
    get(name) {
      const answer = turn.then(() => find(name));
      turn = answer.catch(() => undefined);
      return answer;
    },
  };
};
