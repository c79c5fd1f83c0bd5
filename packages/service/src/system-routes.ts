import type { Clock } from '@verifiedfan/ports';
import { z } from '@verifiedfan/schema';
import type { Registry } from 'prom-client';
import { type Route, route } from './contract.ts';
import { ServiceError } from './errors.ts';
import { createOpenApiPage } from './open-api/page.ts';

/**
 * Answers when the thing works and throws when it does not; what has not answered after 2 seconds counts as down. Called for every
 * `GET /ready`, so it must be cheap.
 */
export type ReadyCheck = () => void | Promise<void>;

export type SystemRoutesOptions = {
  clock: Clock;
  registry: Registry;
  checks: Readonly<Record<string, ReadyCheck>>;
  /** Whether the server is closing: then it is not ready for new work. */
  isClosing: () => boolean;
  openApi: () => Record<string, unknown>;
};

const status = z.object({ status: z.literal('ok') });
const shared = { method: 'GET', access: 'public', quiet: true } as const;

/** Whoever asks for readiness gives up soon, and would not learn what hangs. */
const CHECK_MS = 2_000;

const inTime = async (check: ReadyCheck, clock: Clock): Promise<void> => {
  const done = new AbortController();
  const late = async (): Promise<void> => {
    await clock.sleep(CHECK_MS, done.signal);
    if (!done.signal.aborted) throw new Error('No answer in time');
  };
  try {
    await Promise.race([(async () => check())(), late()]);
  } finally {
    done.abort();
  }
};

const failedChecks = async ({ checks, clock }: SystemRoutesOptions): Promise<string[]> => {
  const names = Object.keys(checks);
  const results = await Promise.allSettled(Object.values(checks).map((check) => inTime(check, clock)));
  return names.filter((_, index) => results[index]?.status === 'rejected');
};

const createProbeRoutes = (options: SystemRoutesOptions): Route[] => [
  route({
    ...shared,
    path: '/health',
    summary: 'Whether the process answers',
    responses: { 200: status },
    handler: () => ({ status: 200, data: { status: 'ok' as const } }),
  }),
  route({
    ...shared,
    path: '/ready',
    summary: 'Whether everything that the service needs answers; the details of a 503 name what is down',
    responses: { 200: status },
    async handler() {
      const down = [...(options.isClosing() ? ['server'] : []), ...(await failedChecks(options))];
      if (down.length === 0) return { status: 200, data: { status: 'ok' as const } };
      const details = down.map((name) => ({ pointer: `/${name}`, rule: 'ready', message: `${name} is down` }));
      throw new ServiceError({ code: 'UNAVAILABLE', message: `Not ready: ${down.join(', ')}`, details });
    },
  }),
];

const createDescriptionRoutes = ({ registry, openApi }: SystemRoutesOptions): Route[] => [
  route({
    ...shared,
    path: '/metrics',
    summary: 'Measurements in the text format of Prometheus',
    responses: { 200: { contentType: registry.contentType } },
    handler: async () => ({ status: 200, text: await registry.metrics() }),
  }),
  route({
    ...shared,
    path: '/openapi.json',
    summary: 'This description',
    responses: { 200: { contentType: 'application/json; charset=utf-8' } },
    handler: () => ({ status: 200, text: JSON.stringify(openApi()) }),
  }),
  route({
    ...shared,
    path: '/docs',
    summary: 'This description as a page',
    responses: { 200: { contentType: 'text/html; charset=utf-8' } },
    handler() {
      const { html, headers } = createOpenApiPage(openApi());
      return { status: 200, text: html, headers };
    },
  }),
];

/** `/health` (the process answers), `/ready` (what it needs answers too), `/metrics`, `/openapi.json` and `/docs`, a page of it. */
export const createSystemRoutes = (options: SystemRoutesOptions): Route[] => [
  ...createProbeRoutes(options),
  ...createDescriptionRoutes(options),
];
