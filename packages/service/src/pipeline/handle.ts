import { DEFAULT_MAX_BODY_BYTES, readJsonBody } from '../body.ts';
import type { Access } from '../claims.ts';
import type { AnyReply, Route, RouteRequest } from '../contract.ts';
import type { Context, Exchange, Step } from '../exchange.ts';
import type { Idempotency } from '../idempotency.ts';
import { checkInput, readQuery } from '../input.ts';

type Input = RouteRequest<unknown, unknown, unknown, Access>;

/** What the handler gets; the body is on its way, where the route has one. */
const readInput = (context: Context, route: Route): Input => {
  const { correlation, claims, params } = context.state.exchange;
  const checkedParams = checkInput(route.params, params, 'path');
  const query =
    route.query === undefined ? undefined : checkInput(route.query, readQuery(context.querystring), 'query');
  const header = (name: string): string | undefined => {
    const value = context.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  // `route` ties the type of `claims` to its access; here both are erased.
  return { params: checkedParams, query, body: undefined, correlation, operation: undefined, header, claims } as Input;
};

const readBody = async (context: Context, route: Route): Promise<unknown> =>
  checkInput(route.body, await readJsonBody(context.req, route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES), 'body');

/** Reads and checks the input, then calls the handler, one at a time per idempotency key where answers are stored. */
export const handle = ({ idempotency }: { idempotency: Idempotency | undefined }): Step => {
  const answer = (route: Route, input: Input, { claims }: Exchange): Promise<AnyReply> | AnyReply => {
    const key = route.idempotency === 'stored' ? input.header('idempotency-key') : undefined;
    if (key === undefined || idempotency === undefined) return route.handler(input);
    const request = [route.method, route.path, input.params, input.query, input.body];
    return idempotency.run({ key, request, claims }, async (operation) => {
      input.operation = operation;
      return route.handler(input);
    });
  };
  return async function callHandler(context) {
    const { exchange } = context.state;
    const { route } = exchange;
    if (route === undefined) throw new Error('The handler was reached without a route');
    const input = readInput(context, route);
    if (route.body !== undefined) input.body = await readBody(context, route);
    exchange.reply = await answer(route, input, exchange);
  };
};
