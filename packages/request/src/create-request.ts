import { createLazyAgent, type LazyAgent } from './agent.ts';
import { type Accepted, type Failed, runAttempt } from './attempt.ts';
import { RequestError } from './errors.ts';
import type { CallOptions, CreateRequestOptions, FullResponse, Normaliser, ResponseBody } from './options.ts';
import { type AnyCall, type PreparedCall, prepareCall, readSettings, type Settings } from './prepare.ts';
import { backoffMs } from './retry.ts';

/** Calls one upstream. Which overload applies is decided by `normalise` and `full`, so a body is never taken for a response. */
export interface Request {
  <T>(call: CallOptions & { normalise: Normaliser<T>; full: true }): Promise<FullResponse<T>>;
  <T>(call: CallOptions & { normalise: Normaliser<T>; full?: false | undefined }): Promise<T>;
  (call: CallOptions & { normalise?: undefined; full: true }): Promise<FullResponse<ResponseBody>>;
  (call: CallOptions & { normalise?: undefined; full?: false | undefined }): Promise<ResponseBody>;
  /** Lets calls under way end, then closes the connections. Later calls fail with `closed`. */
  close(): Promise<void>;
}

/**
 * A function that calls one upstream over HTTP, with its own keep-alive connections. Every rejection is a `RequestError`, except what
 * a header source throws, which passes unchanged.
 */
export const createRequest = (options: CreateRequestOptions): Request => {
  const settings = readSettings(options);
  const agent = createLazyAgent({ connections: options.connections ?? 32, borrowed: options.dispatcher });
  const state: State = { closed: false };
  const request = async (call: AnyCall): Promise<unknown> => {
    const prepared = prepareCall(settings, call);
    const { answer, attempts } = await runCall({ settings, call: prepared, agent, state });
    const { status, headers } = answer;
    const body = call.normalise ? normalise(call.normalise, answer, { prepared, attempts }) : answer.body;
    return call.full === true ? { status, headers, body } : body;
  };
  const close = async (): Promise<void> => {
    state.closed = true;
    await agent.close();
  };
  return Object.assign(request, { close }) as Request;
};

type State = { closed: boolean };
type CallContext = { settings: Settings; call: PreparedCall; agent: LazyAgent; state: State };

const normalise = (
  convert: Normaliser<unknown>,
  { status, headers, body }: Accepted,
  { prepared: { upstream, correlation, safe }, attempts }: { prepared: PreparedCall; attempts: number },
): unknown => {
  try {
    return convert(body, { status, headers });
  } catch (cause) {
    // The upstream did its work; asking again would only bring the same answer.
    const facts = { upstream, correlation, attempts, status, retryable: false, outcomeUnknown: !safe, cause };
    throw new RequestError({ code: 'invalid_response', ...facts });
  }
};

const runCall = async (context: CallContext): Promise<{ answer: Accepted; attempts: number }> => {
  const { settings, call, agent, state } = context;
  const { clock } = settings;
  const deadline = clock.now() + call.deadlineMs;
  let mayHaveActed = false;
  for (let attempt = 1; ; attempt += 1) {
    if (state.closed) throw toError(context, stopped('closed'), { attempts: attempt - 1, mayHaveActed });
    const left = deadline - clock.now();
    if (left <= 0) throw toError(context, stopped('deadline_exceeded'), { attempts: attempt - 1, mayHaveActed });
    const timeoutMs = Math.min(call.timeoutMs, left);
    const result = await runAttempt({ settings, call, dispatcher: agent.get, attempt, timeoutMs });
    if (result.outcome === 'accepted') return { answer: result, attempts: attempt };
    mayHaveActed ||= result.mayHaveActed;
    // An attempt that only the deadline cut short says so.
    if (result.code === 'timeout' && timeoutMs < call.timeoutMs) result.code = 'deadline_exceeded';
    const facts = { attempts: attempt, mayHaveActed };
    const waitMs = nextWait(context, result, attempt);
    if (waitMs === undefined || waitMs >= deadline - clock.now()) throw toError(context, result, facts);
    settings.log?.debug('request waits', { upstream: call.upstream, attempt, waitMs, correlation: call.correlation });
    await clock.sleep(waitMs, call.signal);
    if (call.signal?.aborted) throw toError(context, stopped('aborted'), facts);
  }
};

/** How long to wait before the next attempt; undefined when there is none. */
const nextWait = ({ settings, call }: CallContext, failed: Failed, attempt: number): number | undefined => {
  const final = ['aborted', 'closed', 'deadline_exceeded'].includes(failed.code);
  if (final || !failed.transient || attempt >= settings.attempts) return undefined;
  if (!call.repeatable && !failed.harmless) return undefined;
  if (failed.retryAfterMs !== undefined) return failed.retryAfterMs;
  const { backoffBaseMs: baseMs, backoffCapMs: capMs, random } = settings;
  return backoffMs({ attempt, baseMs, capMs, random });
};

/** A call that ended between two attempts. */
const stopped = (code: 'aborted' | 'closed' | 'deadline_exceeded'): Failed => ({
  outcome: 'failed',
  code,
  status: undefined,
  transient: true,
  harmless: true,
  mayHaveActed: false,
  retryAfterMs: undefined,
  body: undefined,
  cause: undefined,
});

const toError = (
  { settings, call }: CallContext,
  failed: Failed,
  { attempts, mayHaveActed }: { attempts: number; mayHaveActed: boolean },
): RequestError =>
  new RequestError({
    code: failed.code,
    upstream: call.upstream,
    status: failed.status,
    attempts,
    retryable: failed.transient && (call.repeatable || !mayHaveActed),
    outcomeUnknown: mayHaveActed,
    retryAfterMs: failed.retryAfterMs,
    correlation: call.correlation,
    body: settings.redactor.body(failed.body),
    cause: failed.cause,
  });
