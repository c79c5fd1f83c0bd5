import type { JsonValue } from '@verifiedfan/ports';
import {
  createHandler,
  createServiceKit,
  type Handler,
  type InvocationContext,
  type PreparedWorker,
  prepareWorker,
  type Upstream,
  type Worker,
  type WorkerHost,
  type WorkerLog,
} from '@verifiedfan/worker';
import { type WorkerName, workers } from '../../index.ts';
import type { TestPlatform } from './platform.ts';

export type TestHostOptions = {
  platform: TestPlatform;
  /** Base URLs by the names that workers use. */
  endpoint?: (name: string) => string;
  workerToken?: WorkerHost['workerToken'];
  verifyToken?: WorkerHost['verifyToken'];
  log?: WorkerLog;
  drained?: Upstream['drained'];
};

export const QUIET_LOG: WorkerLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
/** A port where nobody listens. */
export const NOBODY = 'http://127.0.0.1:1';

export const createTestHost = ({
  platform,
  endpoint = () => NOBODY,
  workerToken = () => async () => 'token',
  verifyToken = async () => ({ sub: 'nobody' }),
  log = QUIET_LOG,
  drained = async () => 'drained',
}: TestHostOptions): WorkerHost => ({ platform, log, endpoint, workerToken, verifyToken, upstream: { drained } });

/** The worker, with some of its services replaced: small batches, a client that fails. */
export const withServices = (worker: Worker, replace: Readonly<Record<string, unknown>>): Worker => ({
  ...worker,
  services: async (kit) => ({ ...(await (worker.services(kit) as Promise<object> | object)), ...replace }),
});

/** One worker as the Lambda handler that it is on AWS. */
export const handlerOf = (name: WorkerName, host: WorkerHost, worker: Worker = workers[name]): Handler =>
  createHandler({ name, worker, host });

/** For redrives, which need more than the handler. */
export const preparedOf = (name: WorkerName, host: WorkerHost, worker: Worker = workers[name]): PreparedWorker =>
  prepareWorker({ name, worker, host });

export const servicesOf = async <Services>(name: WorkerName, host: WorkerHost): Promise<Services> =>
  (await workers[name].services(createServiceKit(host, { name, ...workers[name] }))) as Services;

/** What a worker answers, as an object. */
export const answerOf = async <Answer>(
  handler: Handler,
  event: unknown,
  context?: InvocationContext,
): Promise<Answer> => (await handler(event, context)) as JsonValue as Answer;
