import type { JsonValue } from '@verifiedfan/ports';
import { SandboxError } from './errors.ts';
import type { StandInControls } from './host.ts';
import { type AnswerOptions, json, parseJson, type StandInAnswer } from './stand-in.ts';

export type ControlRequest = { method: string; url: URL; body: string };

type Action = (host: StandInControls, request: ControlRequest) => unknown;

/** What `/control/<stand-in>/<topic>` does, by topic and method. */
const ACTIONS: Record<string, Record<string, Action>> = {
  faults: {
    GET: (host) => ({ faults: host.pendingFaults() }),
    POST: (host, { body }) => {
      const value = parseJson(body);
      for (const fault of Array.isArray(value) ? value : [value]) host.addFault(fault);
      return { faults: host.pendingFaults() };
    },
    DELETE: (host) => host.clearFaults(),
  },
  requests: {
    GET: (host) => host.requests(),
    DELETE: (host) => host.clearRequests(),
  },
  received: {
    GET: async (host, { url }) => ({
      received: await host.received({ after: wholeNumber(url, 'after', 0), limit: wholeNumber(url, 'limit', 1000) }),
    }),
  },
};

/** The API below `/control`, by which tests in other processes switch faults on and see what arrived. */
export const control = async (
  hosts: ReadonlyMap<string, StandInControls>,
  request: ControlRequest,
): Promise<StandInAnswer> => {
  const [, , name = '', topic = '', ...rest] = request.url.pathname.split('/');
  if (name === '') return answer(request, { GET: () => ({ standIns: [...hosts.values()].map(describe) }) });
  if (name === 'reset' && topic === '') {
    return answer(request, { POST: () => Promise.all([...hosts.values()].map((host) => host.reset())).then(() => {}) });
  }
  const host = hosts.get(name);
  const actions = rest.length === 0 && Object.hasOwn(ACTIONS, topic) ? ACTIONS[topic] : undefined;
  if (host === undefined || actions === undefined)
    return refuse('unknown_stand_in', 'no such control', { status: 404 });
  const bound = Object.entries(actions).map(([method, act]) => [method, () => act(host, request)] as const);
  return answer(request, Object.fromEntries(bound));
};

const answer = async ({ method }: ControlRequest, actions: Record<string, () => unknown>): Promise<StandInAnswer> => {
  const act = Object.hasOwn(actions, method) ? actions[method] : undefined;
  if (act === undefined) {
    const headers = { allow: Object.keys(actions).join(', ') };
    return refuse('invalid_option', 'this method does nothing here', { status: 405, headers });
  }
  try {
    const result = await act();
    return result === undefined ? { status: 204, headers: {}, body: '' } : json(result as JsonValue);
  } catch (error) {
    if (error instanceof SandboxError) return refuse(error.code, error.message, { status: 400 });
    throw error;
  }
};

const refuse = (code: string, message: string, options: AnswerOptions): StandInAnswer =>
  json({ error: { code, message } }, options);

const describe = ({ name, routes }: StandInControls): JsonValue => ({
  name,
  routes: routes.map((route) => ({ name: route.name, methods: [...route.methods], path: `/${name}${route.path}` })),
});

const wholeNumber = (url: URL, name: string, fallback: number): number => {
  const value = url.searchParams.get(name);
  if (value === null) return fallback;
  if (!/^\d{1,9}$/.test(value)) throw new SandboxError('invalid_option', `"${name}" is a whole number`);
  return Number(value);
};
