/**
 * Names whose values are never shown, compared in lower case without `-`, `_`, `.` and spaces, as the end of a name: `accessToken`,
 * `x-api-key` and `userEmail` are found, `tokenCount` and `statusCode` are not.
 */
const SECRET_ENDINGS = [
  ...[
    'authorization',
    'cookie',
    'credential',
    'credentials',
    'passphrase',
    'passwd',
    'password',
    'secret',
    'token',
    'jwt',
  ],
  ...[
    'apikey',
    'accesskey',
    'accesskeyid',
    'fastlykey',
    'privatekey',
    'routingkey',
    'secretkey',
    'signingkey',
    'appsecretproof',
  ],
  ...['email', 'emailaddress', 'phone', 'phonenumber', 'mobilenumber', 'msisdn', 'telephone'],
  ...['accesscode', 'authcode', 'authorizationcode', 'fancode', 'presalecode', 'promocode', 'verificationcode', 'otp'],
  ...['webhook', 'webhookurl', 'setcookie'],
] as const;

/** Names that are secret only when they are the whole name: `code` is an access code, `statusCode` is not; `mobile` is a number. */
const SECRET_NAMES: ReadonlySet<string> = new Set(['code', 'mobile', 'pwd', 'auth']);

// Longest names first, so that the alternatives need no backtracking; `s?` finds lists such as `emails`.
const byLength = (a: string, b: string): number => b.length - a.length;
const ENDING = new RegExp(`(?:${SECRET_ENDINGS.toSorted(byLength).join('|')})(s?)$`);

/** `single` hides everything but true, false and nothing; `plural` shows numbers too, for those are counts (`tokens: 12`). */
export type Secrecy = 'open' | 'single' | 'plural';
export type KeyRule = (key: string) => Secrecy;

// Names can come from data (a map by member id), so the memory of names must have an end.
const MAX_REMEMBERED = 4_096;
// Longer names cannot be field names; only their end is looked at.
const LOOKED_AT = 64;

/** Makes the rule for names of fields. `keys` are further secret names, compared in the same way but as the whole name. */
export const createKeyRule = ({ keys = [] }: { keys?: readonly string[] } = {}): KeyRule => {
  const own = new Set([...SECRET_NAMES, ...keys.map(normalise)]);
  const remembered = new Map<string, Secrecy>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const secrecy = judge(normalise(key), own);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, secrecy);
    return secrecy;
  };
};

const normalise = (key: string): string =>
  key
    .slice(-LOOKED_AT)
    .toLowerCase()
    .replaceAll(/[-_. ]/g, '');

const judge = (name: string, own: ReadonlySet<string>): Secrecy => {
  if (own.has(name)) return 'single';
  const match = ENDING.exec(name);
  if (match === null) return 'open';
  return match[1] === 's' ? 'plural' : 'single';
};

/** Whether the value under a name may be shown: nothing, true, false and empty text say nothing about a person. */
export const hides = (secrecy: Secrecy, value: unknown): boolean => {
  if (secrecy === 'open' || value === undefined || value === null || value === '' || typeof value === 'boolean')
    return false;
  return secrecy === 'single' || typeof value !== 'number';
};

/** The rule without further names. */
export const secrecyOf: KeyRule = createKeyRule();
