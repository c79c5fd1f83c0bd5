import type { Flags } from '@verifiedfan/ports';
import { createUnleashFlags } from '@verifiedfan/unleash';
import type { Configuration } from '../configuration.ts';
import { readAddress } from './address-secret.ts';
import { fixedFlags } from './fixed-flags.ts';
import type { AwsContext, Opened } from './kinds.ts';

/** Opens the flags of a process; what they begin with is in the configuration. */
export type OpenFlags = (
  context: AwsContext,
  configuration: Pick<Configuration, 'flags' | 'unleashUrl'>,
) => Promise<Flags & Pick<Opened, 'close'>>;

/** How long a start waits for the server's first answer at most, in milliseconds. */
const FIRST_ANSWER_MS = 1_000;

/**
 * Flags of the Unleash server that is configured, asked with the token in the secret `unleashToken`; those of the configuration where none is. A
 * start waits a moment for the first answer, so that a worker which is switched off takes no event before it knows; without an answer the flags of
 * the configuration stand, and a server that cannot be reached switches nothing off.
 */
export const openUnleashFlags: OpenFlags = async (context, { flags: bootstrap, unleashUrl: url }) => {
  if (url === undefined) return fixedFlags(bootstrap);
  const { clock, random, names } = context;
  const token = await readAddress(context, 'unleashToken');
  const flags = createUnleashFlags({ url, token, appName: names.prefix, bootstrap, clock, random });
  const answered = new AbortController();
  const late = clock.sleep(FIRST_ANSWER_MS, answered.signal);
  await Promise.race([flags.verify().catch(() => undefined), late]);
  answered.abort();
  return flags;
};
