import { setImmediate as nextTurn } from 'node:timers/promises';
import { invalid } from '@verifiedfan/driver';
import { type Clock, PortError, type Random } from '@verifiedfan/ports';
import { createClient } from 'redis';
import { wordOf } from './errors.ts';

export type ConnectionOptions = {
  url: string;
  timeoutMs: number;
  connectTimeoutMs: number;
  clock: Clock;
  random: Random;
};

export type Connection = {
  /**
   * Sends one command. Without a connection it fails at once, except during the first attempt to make one, at the start or after a loss:
   * that is waited for as long as a command may take. What was under way when a connection was lost fails.
   */
  send(args: readonly string[]): Promise<unknown>;
  /** Why there is no connection, as far as is known. */
  readonly lastError: unknown;
  close(): Promise<void>;
};

type Client = ReturnType<typeof openClient>;
/** `connecting` until the first attempt has succeeded or failed; only then is it known whether waiting is worth it. */
type State = 'connecting' | 'up' | 'down';

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 5_000;
/** More commands than a server works off within the time limit would only fail later. */
const MAX_WAITING = 10_000;

const openClient = ({ url, connectTimeoutMs, random }: ConnectionOptions) => {
  try {
    return createClient({
      url,
      name: 'verifiedfan',
      disableOfflineQueue: true,
      commandsQueueMaxLength: MAX_WAITING,
      socket: {
        connectTimeout: connectTimeoutMs,
        // Half fixed, half chance: clients that lost the same server do not return to it in one moment.
        reconnectStrategy: (retries) =>
          Math.ceil(Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(retries, 10)) * (0.5 + random.next() / 2)),
      },
    });
  } catch {
    // What the client says about an address may quote it, password and all.
    throw invalid('the address of Redis is not a valid redis:// or rediss:// URL');
  }
};

/**
 * A connection that finds back to its server by itself. A connection that was merely closed, as behind the back of a process that was frozen,
 * is there again in a moment, and worth that moment; commands are not kept any longer, since a cache that is gone is to be told at once. A server
 * that stops answering is left, and looked for again.
 */
export const openConnection = (options: ConnectionOptions): Connection => {
  const { timeoutMs, clock } = options;
  let state: State = 'connecting';
  let lastError: unknown;
  let closed = false;
  let attempt = Promise.withResolvers<void>();

  const enter = (next: State): void => {
    state = next;
    if (next === 'connecting') attempt = Promise.withResolvers();
    else attempt.resolve();
  };

  const connect = (): Client => {
    const made = openClient(options);
    made.on('ready', () => made === client && enter('up'));
    made.on('error', (error: unknown) => {
      if (made !== client) return;
      lastError = error;
      enter(state === 'up' ? 'connecting' : 'down');
    });
    return made;
  };

  let client = connect();
  // It tries for ever; that it was given up on is told by `close`.
  client.connect().catch(() => {});

  /** A server that hangs, or that is no longer the primary, keeps its connections open; only a new one helps. */
  const replace = (gone: Client, reason: unknown): void => {
    if (gone !== client || closed) return;
    lastError = reason;
    enter('down');
    client = connect();
    gone.destroy();
    client.connect().catch(() => {});
  };

  const within = async <Answer>(answer: Promise<Answer>, onLate?: (late: PortError) => void): Promise<Answer> => {
    const timer = new AbortController();
    const { signal } = timer;
    const deadline = new Promise<never>((_, reject) => {
      void clock
        .sleep(timeoutMs, signal)
        // After a busy moment of this process the answer may be there and only wait to be read.
        .then(() => (signal.aborted ? undefined : nextTurn()))
        .then(() => {
          if (signal.aborted) return;
          const late = new PortError({ code: 'unavailable', message: 'Redis did not answer in time' });
          reject(late);
          onLate?.(late);
        });
    });
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      timer.abort();
    }
  };

  const unavailable = (message: string): PortError =>
    new PortError({ code: 'unavailable', message, cause: wordOf(lastError) === undefined ? lastError : undefined });

  return {
    get lastError() {
      return lastError;
    },
    async send(args) {
      if (state === 'connecting') await within(attempt.promise);
      if (state !== 'up') throw unavailable('there is no connection to Redis');
      const used = client;
      try {
        return await within(used.sendCommand(args), () => {
          const late = new PortError({ code: 'unavailable', message: 'Redis did not answer in time' });
          replace(used, late);
          return late;
        });
      } catch (error) {
        if (wordOf(error) === 'READONLY') replace(used, error);
        throw error;
      }
    },
    async close() {
      closed = true;
      if (client.isReady) await client.close();
      else client.destroy();
    },
  };
};
