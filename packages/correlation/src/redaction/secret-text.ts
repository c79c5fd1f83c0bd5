export const SECRET_MARK = '[redacted]';

// A mark is no secret: a text that was masked before stays as it is.
const MARKED = String.raw`(?!\s*\\?["']?\[(?:email|phone|redacted)\])`;
const NAMES = [
  ...['token', 'secret', 'password', 'passwd', 'passphrase', 'pwd', 'credentials?', 'jwt', 'authorization'],
  ...[
    'api[-_]?key',
    'access[-_]?key(?:[-_]?id)?',
    'private[-_]?key',
    'routing[-_]?key',
    'fastly[-_]key',
    'secret[-_]?key',
  ],
  ...['(?:access|auth|presale|promo|verification|fan)[-_]?code', 'appsecret[-_]proof', 'signature'],
].join('|');
const ASSIGNED = String.raw`(?:\\?["'])?\s{0,3}[:=]\s{0,3}`;

/** `token=…`, `"client_secret":"…"`, `Authorization: Bearer …`: up to the closing quote, or to the next space or delimiter. */
const NAMED_SECRET = new RegExp(
  String.raw`((?:${NAMES})${ASSIGNED})${MARKED}(?:\\"(?:[^"\\]|\\(?!"))*(?:\\"|$)|"(?:[^"\\]|\\.)*(?:"|$)|'[^']*(?:'|$)|(?:(?:bearer|basic)\s+)?[^\s&,;"'<>{}()[\]\\]+)`,
  'gi',
);
const COOKIE = new RegExp(String.raw`(cookie${ASSIGNED}(?:\\?["'])?)${MARKED}[^\r\n"'\\]+`, 'gi');
const QUERY = new RegExp(String.raw`([?&](?:code|sig|key)=)${MARKED}[^\s&#"'<>]+`, 'gi');
const BEARER = /\b((?:[Bb]earer|BEARER)\s+)[\w.~+/=-]{6,}/g;
const BASIC = /\b((?:[Bb]asic|BASIC)\s+)(?=\S*[A-Z0-9=])[A-Za-z0-9+/]{6,}={0,2}/g;
/** User and password in front of the host of a URL. */
const USER_INFO = /(:\/\/)[^\s/@"'<>]{1,256}@/g;
/** The path of a Slack webhook is its secret: https://api.slack.com/messaging/webhooks */
const SLACK_WEBHOOK = /(hooks\.slack(?:-gov)?\.com\/|\/services\/T(?=[A-Z0-9]+\/B))[\w/-]+/g;
const JWT = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g;
const VENDOR = /\b(?:A(?:KIA|SIA)[A-Z0-9]{16}|xox[a-z]-[\w-]{8,}|glpat-[\w-]{8,})/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;

// Ten expressions, and most texts need none of them.
const ASSIGNS = /[:=]/;
const HAS_SHAPE =
  /:\/\/|\.slack|services\/T|[Bb]earer|BEARER|[Bb]asic|BASIC|eyJ|A(?:KIA|SIA)|xox[a-z]-|glpat-|PRIVATE KEY/;

/** Masks secrets that give themselves away by their shape or by a name in front of them. */
export const maskSecrets = (text: string): string => maskNamed(maskShaped(text));

const maskNamed = (text: string): string =>
  ASSIGNS.test(text)
    ? text
        .replace(COOKIE, `$1${SECRET_MARK}`)
        .replace(NAMED_SECRET, `$1${SECRET_MARK}`)
        .replace(QUERY, `$1${SECRET_MARK}`)
    : text;

const maskShaped = (text: string): string =>
  HAS_SHAPE.test(text)
    ? text
        .replace(PRIVATE_KEY, SECRET_MARK)
        .replace(SLACK_WEBHOOK, `$1${SECRET_MARK}`)
        .replace(USER_INFO, `$1${SECRET_MARK}@`)
        .replace(BEARER, `$1${SECRET_MARK}`)
        .replace(BASIC, `$1${SECRET_MARK}`)
        .replace(JWT, SECRET_MARK)
        .replace(VENDOR, SECRET_MARK)
    : text;
