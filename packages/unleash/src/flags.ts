import { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { assertOptions, invalid } from '@verifiedfan/driver';
import { type Clock, type Flags, PortError, type Random } from '@verifiedfan/ports';
import type { Unleash } from 'unleash-client';
import { readBootstrap, readFlags } from './bootstrap.ts';
import { toPortError } from './errors.ts';

/** What one question to the server cost: for bills that are printed elsewhere. */
export type Use = { operation: 'refresh'; requests: number };

export type UnleashFlagsOptions = {
  /** The API of the server, such as `https://flags.example.com/api`. */
  url: string;
  /** A token for backends. It is never printed. */
  token: string;
  /** The name under which the server lists this program. */
  appName: string;
  /** JSON file with the flags to start with, `{ "name": true }`. @default none */
  bootstrapFile?: string | undefined;
  /** Further flags to start with, in front of those of the file. @default none */
  bootstrap?: Readonly<Record<string, boolean>> | undefined;
  /** Folder for what the server said last, read at the next start; it must exist. @default nothing is kept */
  backupFolder?: string | undefined;
  /** Between two questions, in milliseconds. @default 15_000 */
  refreshMs?: number | undefined;
  /** Time that one question may take, in milliseconds, at least 1_000. @default 5_000 */
  timeoutMs?: number | undefined;
  /** Tell the server how often each flag was asked for. @default false */
  reportUsage?: boolean | undefined;
  clock: Clock;
  /** Makes the id under which gradual roll-outs choose for this process. */
  random: Random;
  /** Told of every failed question and every listener that throws. @default nobody is told */
  onError?: ((error: PortError) => void) | undefined;
  onUse?: ((use: Use) => void) | undefined;
};

export type UnleashFlags = Flags & {
  /** Resolves once the server has answered. Throws `unavailable` when it cannot be reached, `validation` when it refuses the token. */
  verify(): Promise<void>;
  close(): void;
};

const OPTION_NAMES: readonly string[] = [
  ...['url', 'token', 'appName', 'bootstrapFile', 'bootstrap', 'backupFolder', 'refreshMs', 'timeoutMs'],
  ...['reportUsage', 'clock', 'random', 'onError', 'onUse'],
];

/** The client repeats a question after a second, and throws when that is longer than the time it has. */
const assertTimeout = (timeoutMs = 1_000): void => {
  if (!(timeoutMs >= 1_000)) throw invalid('timeoutMs must be at least 1,000');
};

/** With the first client: a process in which no server is configured must not carry it. */
const loadClient = () => createRequire(import.meta.url)('unleash-client') as typeof import('unleash-client');

const openClient = (options: UnleashFlagsOptions, instanceId: string): Unleash => {
  const { url, token, appName, backupFolder, refreshMs = 15_000, timeoutMs = 5_000, reportUsage = false } = options;
  const { InMemStorageProvider, Unleash } = loadClient();
  return new Unleash({
    url,
    appName,
    // Left to itself, the client sends the names of the user and of the machine.
    instanceId,
    customHeaders: { Authorization: token },
    refreshInterval: refreshMs,
    timeout: timeoutMs,
    disableMetrics: !reportUsage,
    // Left to itself, the client keeps its answers in the machine's folder for temporary files.
    ...(backupFolder === undefined ? { storageProvider: new InMemStorageProvider() } : { backupPath: backupFolder }),
    skipInstanceCountWarning: true,
    // Begun by hand: what goes wrong in a start of its own would end the process as an unhandled rejection.
    disableAutoStart: true,
  });
};

const differences = (before: ReadonlyMap<string, boolean>, after: ReadonlyMap<string, boolean>): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((flag) => before.get(flag) !== after.get(flag)).sort();

/**
 * Feature flags of an Unleash server. They begin with the bootstrap, then with what was kept of the server's last answer; the server is
 * asked behind the back of the caller and never waited for. What the server does not know keeps its value of the bootstrap. No personal
 * data goes to the server: flags are decided here, for the process as a whole.
 */
export const createUnleashFlags = (options: UnleashFlagsOptions): UnleashFlags => {
  assertOptions(options, OPTION_NAMES);
  assertTimeout(options.timeoutMs);
  const { clock, random, timeoutMs = 5_000, onError = () => {}, onUse = () => {} } = options;
  const bootstrap = new Map([...readBootstrap(options.bootstrapFile), ...readFlags(options.bootstrap)]);
  const instanceId = random.uuid();
  const client = openClient(options, instanceId);
  // A session of the length of the process: a gradual roll-out decides once for it, rather than anew with each question.
  const context = { sessionId: instanceId };
  const listeners = new Set<(flags: readonly string[]) => void>();
  let known: ReadonlySet<string> = new Set();
  let values: ReadonlyMap<string, boolean> = bootstrap;
  /** Aborted once the server has answered, or has failed to. */
  const settled = new AbortController();
  let ready = false;
  let heard = false;
  let lastError: unknown;

  const isEnabled = (flag: string, fallback: boolean): boolean =>
    known.has(flag) ? client.isEnabled(flag, context, fallback) : (bootstrap.get(flag) ?? fallback);

  const tell = (changed: readonly string[]): void => {
    for (const listener of [...listeners]) {
      try {
        listener(changed);
      } catch (cause) {
        onError(new PortError({ code: 'validation', message: 'a listener of flags threw an error', cause }));
      }
    }
  };

  const refresh = (): void => {
    known = new Set(client.getFeatureToggleDefinitions().map(({ name }) => name));
    const now = new Map([...bootstrap.keys(), ...known].map((flag) => [flag, isEnabled(flag, false)] as const));
    const changed = differences(values, now);
    values = now;
    if (changed.length > 0) tell(changed);
  };

  const hear = (): void => {
    onUse({ operation: 'refresh', requests: 1 });
    heard = true;
    // The client tells of its first answer a moment before it uses it.
    if (!ready) return;
    refresh();
    settled.abort();
  };
  client.on('ready', () => {
    ready = true;
    refresh();
    if (heard) settled.abort();
  });
  client.on('changed', hear);
  client.on('unchanged', hear);
  const fail = (error: unknown): void => {
    lastError = error;
    settled.abort();
    onError(toPortError(error));
  };
  client.on('error', fail);
  client.on('warn', () => {});
  client.start().catch(fail);

  return {
    isEnabled,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async verify() {
      await clock.sleep(settled.signal.aborted ? 0 : timeoutMs, settled.signal);
      if (!heard) throw toPortError(lastError);
    },
    close() {
      listeners.clear();
      client.destroy();
      // A question that is still under way may fail now; without a listener that would end the process as an unhandled rejection.
      const inner: unknown = Reflect.get(client, 'repository');
      if (inner instanceof EventEmitter) inner.on('error', () => {});
    },
  };
};
