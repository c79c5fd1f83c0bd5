import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startRuntimeApi } from '../../runtime/lambda/test/support/runtime-api.ts';
import { endWithUs } from '../measure.ts';

export type ColdStart = {
  /** From the start of the process until it asks for an event: Node, the client of the runtime and the bundle. */
  initMs: number;
  /** From the event until its answer. */
  invokeMs: number;
  /** What its main thread took of a processor until the answer, other programs aside; undefined where the kernel does not tell. */
  processorMs: number | undefined;
  answer: unknown;
};
export type ColdStartOptions = {
  /** The client of the runtime API that hands events to the bundle. */
  client: string;
  bundle: { folder: string };
  event: unknown;
  environment: Readonly<Record<string, string>>;
};

/**
 * What the start script of Lambda's runtimes hands to Node, with the limits of 1,769 MB. The first is a flag of V8 under which Node's own modules lose
 * their code cache too, so that each of them costs more there than on a developer's machine; a copy of the script:
 * https://github.com/lambci/node-custom-lambda/blob/master/v10.x/bootstrap
 */
const LAMBDA_FLAGS = [
  '--expose-gc',
  '--max-http-header-size=81920',
  '--max-semi-space-size=88',
  '--max-old-space-size=1592',
];

/** The first number of this file is the time on a processor, in nanoseconds: https://docs.kernel.org/scheduler/sched-stats.html */
const processorMsOf = (pid: number | undefined): number | undefined => {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  } catch {
    return undefined;
  }
};

/** Starts a bundle in a process of its own, hands it one event, and ends it. Throws what the function failed with. */
export const measureColdStart = async (options: ColdStartOptions): Promise<ColdStart> => {
  const { client, bundle, event, environment } = options;
  const asked = Promise.withResolvers<void>();
  const api = await startRuntimeApi({ onAsked: asked.resolve });
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...LAMBDA_FLAGS, client, `${bundle.folder}/index.mjs`], {
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
    const processorMs = processorMsOf(child.pid);
    if (told.kind !== 'response') throw new Error(`${bundle.folder}: ${JSON.stringify(told.body)}\n${complaints}`);
    return { initMs: askedMs - startedMs, invokeMs: answeredMs - askedMs, processorMs, answer: told.body };
  } finally {
    child.kill('SIGKILL');
    await exited;
    await api.close();
  }
};
