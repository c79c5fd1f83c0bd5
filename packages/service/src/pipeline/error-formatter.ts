import { CORRELATION_HEADER } from '@verifiedfan/correlation';
import type { Route } from '../contract.ts';
import { type ErrorStatuses, type Failure, toFailure } from '../errors.ts';
import type { Context, ServiceLog } from '../exchange.ts';
import { pipelineTypesOf } from '../pipeline-types.ts';

export type ErrorFormatterOptions = {
  statuses: ErrorStatuses;
  log: ServiceLog;
  /** Answer 500 to error types that neither the route declares nor its contract lets the pipeline answer. For tests. */
  strict: boolean;
};

/** The body of every error. */
export const errorBody = (failure: Failure, correlation: string): string =>
  JSON.stringify({
    error: { type: failure.type, message: failure.message, correlation, details: failure.details },
  });

const send = (context: Context, failure: Failure): void => {
  context.state.exchange.failure = failure;
  context.set({ ...failure.headers, [CORRELATION_HEADER]: context.state.exchange.correlation });
  context.status = failure.status;
  context.type = 'application/json; charset=utf-8';
  context.body = errorBody(failure, context.state.exchange.correlation);
};

/** Whoever has gone away is answered nothing, so nobody needs to be told of it. */
const UNSEEN = 'CLIENT_CLOSED_REQUEST';

const isDeclared = (route: Route | undefined, { type }: Failure): boolean =>
  route === undefined ||
  type === UNSEEN ||
  pipelineTypesOf(route).some((each) => each === type) ||
  (route.errors?.includes(type) ?? false);

/** Turns whatever was thrown into an answer; what was nobody's fault outside is logged with its cause. */
export const formatErrors =
  ({ statuses, log, strict }: ErrorFormatterOptions) =>
  (context: Context, error: unknown): void => {
    const declared = toFailure(error, statuses);
    const failure =
      strict && !isDeclared(context.state.exchange.route, declared)
        ? toFailure(new Error(`The route does not declare ${declared.type}`), statuses)
        : declared;
    if (failure.status >= 500) log.error('request failed', { path: context.state.exchange.template, error });
    send(context, failure);
  };
