import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { JsonObject } from '@verifiedfan/ports';
import type { BundledWorker } from '../../src/index.ts';
import { startRuntimeApi, type Told } from './runtime-api.ts';

export type Owner = { after(fn: () => unknown): void };
export type FunctionOptions = {
  bundle: BundledWorker;
  /** The data directory of the embedded engines, where a bundle has them; only one process at a time may own a store. */
  data?: string;
  /** Another client of the runtime API, with its arguments. @default the stand-in */
  program?: readonly string[];
  /**
   * When the API ends its connections, in milliseconds behind the signal to stop. AWS's own client holds a process that exits for as long as
   * it asks for an event. @default when the process has ended
   */
  hangUpMs?: number;
  endpoints?: Readonly<Record<string, string>>;
  environment?: Readonly<Record<string, string>>;
  onTold?: (told: Told) => void;
};

const CLIENT = fileURLToPath(import.meta.resolve('./runtime-client.ts'));

/** A bundle in a process of its own, behind the runtime API. */
export const startFunction = async (owner: Owner, options: FunctionOptions) => {
  const { bundle, data = '', endpoints = {}, environment = {}, onTold = () => {} } = options;
  const { hangUpMs, program = [CLIENT, `${bundle.folder}/index.mjs`] } = options;
  const api = await startRuntimeApi({ onTold });
  const child = spawn(process.execPath, [...program], {
    env: {
      AWS_LAMBDA_RUNTIME_API: api.address,
      APP_NAME: bundle.name,
      TEST_DATA: data,
      ENDPOINTS: JSON.stringify(endpoints),
      ...environment,
    },
  });
  let log = '';
  child.stdout.on('data', (chunk) => (log += String(chunk)));
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>;
  // Without this a test of a function that died waits for ever.
  const died = exited.then(([code]): never => {
    throw new Error(`${bundle.name} ended with ${code}:\n${log}`);
  });
  died.catch(() => undefined);
  const invoke: typeof api.invoke = (event, limit) => Promise.race([api.invoke(event, limit), died]);
  const stop = async (): Promise<{ code: number | null; log: string }> => {
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    await (hangUpMs === undefined ? exited : sleep(hangUpMs));
    await api.close();
    const [code] = await exited;
    return { code, log };
  };
  let stopped: ReturnType<typeof stop> | undefined;
  const stopOnce = (): ReturnType<typeof stop> => (stopped ??= stop());
  owner.after(stopOnce);
  return {
    invoke,
    failedStart: api.failedStart,
    /** What it has written so far. */
    log: () => log,
    /** Holds it, as Lambda does between two events. */
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    /** Asks the function to stop, as Lambda does where an extension is registered. */
    stop: stopOnce,
    /** The answer of a function that must not fail. */
    async answer<Answer = JsonObject>(event: unknown, limit: { timeoutMs?: number } = {}): Promise<Answer> {
      const told = await invoke(event, limit);
      if (told.kind !== 'response') throw new Error(`${bundle.name}: ${JSON.stringify(told.body)}\n${log}`);
      return told.body as Answer;
    },
  };
};
