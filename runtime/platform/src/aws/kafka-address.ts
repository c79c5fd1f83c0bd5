export type KafkaAddress = {
  brokers: string[];
  sasl?: { mechanism: Mechanism; username: string; password: string };
  tls?: Record<string, never>;
};

const MECHANISMS = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;
type Mechanism = (typeof MECHANISMS)[keyof typeof MECHANISMS];

export class KafkaAddressError extends Error {
  override readonly name = 'KafkaAddressError';
  readonly code = 'validation';
  readonly retryable = false;
}

/** Scheme, user and password, brokers, parameters. A password may hold anything, percent-encoded; `URL` takes one broker alone. */
const ADDRESS = /^(?:(kafka|kafka\+ssl):\/\/)?(?:([^@/?#\s]*)@)?([^@/?#\s]+)\/?(?:\?([^#\s]*))?$/;
const BROKER = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\]):(\d{1,5})$/;

/**
 * Reads `host:port,host:port`, or `kafka://` and with TLS `kafka+ssl://` in front of it, with `user:password@` (percent-encoded) and `?mechanism=`
 * `plain`, `scram-sha-256` or `scram-sha-512` (the default) behind. Throws `KafkaAddressError`, which says what is wrong and quotes nothing of it.
 */
export const parseKafkaAddress = (text: string): KafkaAddress => {
  const [, scheme, credentials, hosts = '', parameters = ''] = ADDRESS.exec(text.trim().replace(/,\s+/g, ',')) ?? [];
  const brokers = hosts.split(',').map((broker) => broker.trim());
  if (!brokers.every(isBroker)) throw refuse('its brokers are not host:port, with commas between them');
  const mechanism = readMechanism(parameters);
  if (credentials === undefined && parameters !== '') throw refuse('it has a mechanism and no user');
  if (credentials !== undefined && scheme === undefined)
    throw refuse('it has a user, and neither kafka:// nor kafka+ssl://');
  return {
    brokers,
    ...(credentials === undefined ? {} : { sasl: { mechanism, ...readCredentials(credentials) } }),
    ...(scheme === 'kafka+ssl' ? { tls: {} } : {}),
  };
};

const isBroker = (broker: string): boolean => {
  const port = Number(BROKER.exec(broker)?.[1]);
  return port >= 1 && port <= 65_535;
};

const readMechanism = (parameters: string): Mechanism => {
  const { mechanism = 'scram-sha-512', ...others } = Object.fromEntries(new URLSearchParams(parameters));
  if (Object.keys(others).length > 0) throw refuse('it has a parameter other than mechanism');
  const found = Object.entries(MECHANISMS).find(([name]) => name === mechanism.toLowerCase());
  if (found === undefined) throw refuse(`its mechanism is none of ${Object.keys(MECHANISMS).join(', ')}`);
  return found[1];
};

const readCredentials = (credentials: string): { username: string; password: string } => {
  const [username, password, ...rest] = credentials.split(':').map(decode);
  if (!username || !password || rest.length > 0)
    throw refuse('its user and password are not user:password, percent-encoded');
  return { username, password };
};

/** Undefined for what is not percent-encoded; without a cause, which would quote it. */
const decode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};

const refuse = (message: string): KafkaAddressError => new KafkaAddressError(message);
