import { DEFAULT_MAX_BODY_BYTES, readJsonBody } from '../body.ts';
import type { Access } from '../claims.ts';
import type { AnyReply, Route, RouteRequest } from '../contract.ts';
import type { Context, Middleware } from '../exchange.ts';
import type { Idempotency } from '../idempotency.ts';
import { checkInput, readQuery } from '../input.ts';

type Input = RouteRequest<unknown, unknown, unknown, Access>;

const readInput = async (context: Context, route: Route): Promise<Input> => {
  const { correlation, claims, params } = context.state.exchange;
  const checkedParams = checkInput(route.params, params, 'path');
  const query =
    route.query === undefined ? undefined : checkInput(route.query, readQuery(context.querystring), 'query');
  const body =
    route.body === undefined
      ? undefined
      : checkInput(route.body, await readJsonBody(context.req, route.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES), 'body');
  const header = (name: string): string | undefined => {
    const value = context.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  // `route` ties the type of `claims` to its access; here both are erased.
  return { params: checkedParams, query, body, correlation, header, claims } as Input;
};

/** Reads and checks the input, then calls the handler, at most once per idempotency key where answers are stored. */
export const handle = ({ idempotency }: { idempotency: Idempotency | undefined }): Middleware =>
  async function callHandler(context) {
    const { exchange } = context.state;
    const { route } = exchange;
    if (route === undefined) throw new Error('The handler was reached without a route');
    const input = await readInput(context, route);
    const execute = async (): Promise<AnyReply> => route.handler(input);
    const key = input.header('idempotency-key');
    exchange.reply =
      route.idempotency === 'stored' && key !== undefined && idempotency !== undefined
        ? await idempotency.run(
            {
              key,
              request: [route.method, route.path, input.params, input.query, input.body],
              subject: exchange.claims?.sub ?? '',
            },
            execute,
          )
        : await execute();
  };
