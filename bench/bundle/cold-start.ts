import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRuntimeApi } from '../../runtime/lambda/test/support/runtime-api.ts';
import { endWithUs } from '../measure.ts';

const CLIENT = fileURLToPath(import.meta.resolve('../../runtime/lambda/test/support/runtime-client.ts'));

export type ColdStart = {
  /** From the start of the process until it asks for an event: Node, the client of the runtime and the bundle. */
  initMs: number;
  /** From the event until its answer. */
  invokeMs: number;
  answer: unknown;
};
export type ColdStartOptions = {
  bundle: { folder: string };
  event: unknown;
  environment: Readonly<Record<string, string>>;
};

/** Starts a bundle in a process of its own, hands it one event, and ends it. Throws what the function failed with. */
export const measureColdStart = async ({ bundle, event, environment }: ColdStartOptions): Promise<ColdStart> => {
  const asked = Promise.withResolvers<void>();
  const api = await startRuntimeApi({ onAsked: asked.resolve });
  const startedMs = performance.now();
  const child = spawn(process.execPath, [CLIENT, `${bundle.folder}/index.mjs`], {
    // Nothing of ours: not the compile cache, which Lambda does not have.
    env: { ...environment, AWS_LAMBDA_RUNTIME_API: api.address },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  endWithUs(child);
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  const exited = once(child, 'exit');
  try {
    await Promise.race([asked.promise, api.failedStart]);
    const askedMs = performance.now();
    const told = await api.invoke(event);
    const answeredMs = performance.now();
    if (told.kind !== 'response') throw new Error(`${bundle.folder}: ${JSON.stringify(told.body)}\n${complaints}`);
    return { initMs: askedMs - startedMs, invokeMs: answeredMs - askedMs, answer: told.body };
  } finally {
    child.kill('SIGKILL');
    await exited;
    await api.close();
  }
};
