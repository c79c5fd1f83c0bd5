import { TokenError } from './errors.ts';

/** The version of the profile below. A verifier refuses every other one. */
export const TOKEN_VERSION = 1;
/** Node's HTTP server refuses headers over 16 KiB in all, many proxies a line over 8 KiB. */
export const MAX_TOKEN_CHARACTERS = 8_192;

/** What is read from and checked in every token, of people and of workers alike. */
export type Token = {
  /** Who signed it. */
  iss: string;
  /** The service or services it is for. */
  aud: string | readonly string[];
  /** The user, or `worker:<name>`. */
  sub: string;
  /** Seconds since 1970. */
  iat: number;
  /** Seconds since 1970; the token is refused from then on. */
  exp: number;
  ver: typeof TOKEN_VERSION;
  /** Rights that belong to no campaign, such as `campaigns:create`. */
  permissions?: readonly string[];
  /** Rights by campaign id. Look them up with `campaignActions` or `can`, never by index: ids come from outside. */
  campaigns?: Readonly<Record<string, { readonly actions: readonly string[] }>>;
  /** Every right on everything. */
  supreme?: boolean;
};

type Claims = Readonly<Record<string, unknown>>;

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 256;
const isTextList = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText);
const isSeconds = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
const isObject = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isAudience = (value: unknown): value is Token['aud'] => isText(value) || (isTextList(value) && value.length > 0);

const isCampaigns = (value: unknown): value is NonNullable<Token['campaigns']> => {
  if (!isObject(value)) return false;
  for (const id of Object.keys(value)) {
    // JSON can name a property `__proto__`; whoever copied such a map by assignment would change what it inherits from.
    if (id === '__proto__') return false;
    const entry = value[id];
    if (!isObject(entry) || !Object.hasOwn(entry, 'actions') || !isTextList(entry.actions)) return false;
  }
  return true;
};

const require = <T>(claims: Claims, name: string, accepts: (value: unknown) => value is T): T => {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (!accepts(value)) throw new TokenError('invalid_claims', name);
  return value;
};
const allow = <T>(claims: Claims, name: string, accepts: (value: unknown) => value is T): T | undefined =>
  Object.hasOwn(claims, name) ? require(claims, name, accepts) : undefined;

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';

export type CheckedClaims = { token: Token; notBefore: number | undefined };

/** Takes the claims of the profile and leaves all others. Throws `TokenError`: `invalid_claims`, `unsupported_version`. */
export const readClaims = (payload: unknown): CheckedClaims => {
  if (!isObject(payload)) throw new TokenError('malformed');
  if (require(payload, 'ver', isSeconds) !== TOKEN_VERSION) throw new TokenError('unsupported_version');
  const permissions = allow(payload, 'permissions', isTextList);
  const campaigns = allow(payload, 'campaigns', isCampaigns);
  const supreme = allow(payload, 'supreme', isBoolean);
  const token: Token = {
    iss: require(payload, 'iss', isText),
    aud: require(payload, 'aud', isAudience),
    sub: require(payload, 'sub', isText),
    iat: require(payload, 'iat', isSeconds),
    exp: require(payload, 'exp', isSeconds),
    ver: TOKEN_VERSION,
    ...(permissions && { permissions }),
    ...(campaigns && { campaigns }),
    ...(supreme !== undefined && { supreme }),
  };
  if (token.exp <= token.iat) throw new TokenError('invalid_claims', 'exp');
  return { token, notBefore: allow(payload, 'nbf', isSeconds) };
};
