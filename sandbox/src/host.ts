import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, JsonObject, Random } from '@verifiedfan/ports';
import { flattenHeaders, readBody, send, sendSpoilt } from './exchange.ts';
import { createFaults, type Fault, parseFault } from './faults.ts';
import { createRecorder, type RecordedRequest } from './recorder.ts';
import { matchRoute } from './router.ts';
import { json, type Route, type StandInAnswer, type StandInDefinition } from './stand-in.ts';
import type { SandboxStore, StoredEntry } from './store.ts';

/** What tests and tools do with one stand-in, in the process or through the control API. */
export type StandInControls = {
  readonly name: string;
  readonly routes: readonly Route[];
  /** Switches a fault on; throws `invalid_option`. `times` is 1 when it is left out. */
  addFault(fault: unknown): void;
  pendingFaults(): Fault[];
  clearFaults(): void;
  /** The newest requests, oldest of them first, and how many older ones were forgotten. */
  requests(): { requests: RecordedRequest[]; forgotten: number };
  clearRequests(): void;
  /** What the stand-in accepted, as it was stored. */
  received(page?: { after?: number | undefined; limit?: number | undefined }): Promise<StoredEntry[]>;
  /** Forgets faults, requests, everything received and the stand-in's own state. */
  reset(): Promise<void>;
};

export type StandInHost = StandInControls & {
  /** Serves one request. `path` is without the sandbox's prefix; `signal` aborts when nobody waits for the answer any more. */
  serve(incoming: IncomingMessage, outgoing: ServerResponse, target: URL, signal: AbortSignal): Promise<void>;
};

export type HostOptions = {
  definition: StandInDefinition;
  clock: Clock;
  random: Random;
  store: SandboxStore;
  /** Requests that are remembered. */
  capacity: number;
};

const PAGE = 1000;

/** One stand-in with what surrounds it: routing, recording, faults and its log. */
export const createHost = ({ definition, clock, random, store, capacity }: HostOptions): StandInHost => {
  const { name } = definition;
  const log = { append: (entry: JsonObject) => store.append(name, entry), all: () => readAll(store, name) };
  const standIn = definition.create({ clock, random, log });
  const faults = createFaults();
  const recorder = createRecorder({ capacity });

  const serve: StandInHost['serve'] = async (incoming, outgoing, target, signal) => {
    const body = await readBody(incoming);
    const { method = 'GET' } = incoming;
    const { pathname: path, search, searchParams: query } = target;
    const headers = flattenHeaders(incoming);
    const receivedAtMs = clock.now();
    recorder.record({ method, path: `${path}${search}`, headers, body: body ?? '', receivedAtMs });
    if (body === undefined) return send(outgoing, name, json({ error: 'body_too_large' }, { status: 413 }));
    const match = matchRoute(standIn.routes, method, path);
    if (match.found === 'nothing') return send(outgoing, name, json({ error: 'no_such_route' }, { status: 404 }));
    if (match.found === 'path') {
      const allow = match.allowed.join(', ');
      return send(outgoing, name, json({ error: 'method_not_allowed' }, { status: 405, headers: { allow } }));
    }
    const { route, params } = match;
    const handle = () => route.handle({ method, path, params, query, headers, body, receivedAtMs });
    const fault = faults.take(route);
    if (fault === undefined) return send(outgoing, name, await handle());
    const answer = await spoil(fault, handle);
    if (fault.delayMs !== undefined) await clock.sleep(fault.delayMs, signal);
    if (!outgoing.destroyed) sendSpoilt(outgoing, name, answer, fault);
  };

  return {
    name,
    routes: standIn.routes,
    serve,
    addFault: (fault) => faults.add(parseFault(fault, standIn.routes)),
    pendingFaults: faults.pending,
    clearFaults: faults.clear,
    requests: recorder.list,
    clearRequests: recorder.clear,
    received: ({ after, limit = PAGE } = {}) => store.list(name, { after, limit }),
    async reset() {
      faults.clear();
      recorder.clear();
      await store.clear(name);
      standIn.reset();
    },
  };
};

const NOTHING: StandInAnswer = { status: 500, headers: {}, body: '' };

/** The answer that a fault leads to. Only a fault that replaces the answer keeps the stand-in from doing its work. */
const spoil = async (fault: Fault, handle: () => StandInAnswer | Promise<StandInAnswer>): Promise<StandInAnswer> => {
  const replaced = fault.status !== undefined || fault.reset === true;
  const own = !replaced || fault.afterEffect ? await handle() : NOTHING;
  const { status = own.status, headers = {} } = fault;
  if (fault.status === undefined)
    return { ...own, headers: { ...own.headers, ...headers }, body: fault.body ?? own.body };
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body: fault.body ?? '' };
};

async function* readAll(store: SandboxStore, standIn: string): AsyncGenerator<JsonObject> {
  let after = 0;
  for (;;) {
    const page = await store.list(standIn, { after, limit: PAGE });
    for (const { position, entry } of page) {
      after = position;
      yield entry;
    }
    if (page.length < PAGE) return;
  }
}
