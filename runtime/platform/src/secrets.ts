import { createKeySetDocument } from '@verifiedfan/jwt';
import type { Random } from '@verifiedfan/ports';

const token = (random: Random): string => Buffer.from(random.bytes(32)).toString('base64url');

/**
 * Secrets that an embedded estate makes for itself on first use and keeps in its data directory. On AWS the same names are entries of
 * Secrets Manager.
 */
export const SECRET_GENERATORS: Readonly<Record<string, (random: Random) => string>> = {
  /** Keys the hashes of e-mail addresses and phone numbers. Losing one orphans every row under such a hash. */
  emailKey: token,
  phoneKey: token,
  /** The keys that this estate signs and checks tokens with, as a key set document. */
  tokenKeys: (random) => createKeySetDocument({ random }),
  /** The stand-ins take any token of these shapes; real ones come from the vendors. */
  slackBotToken: (random) => `xoxb-${token(random)}`,
  slackChannel: () => 'C0VERDICTS',
  telesignCustomerId: (random) => random.uuid().toUpperCase(),
  telesignApiKey: token,
};
