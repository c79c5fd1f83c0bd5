import type { Request } from './create-request.ts';
import { RequestError } from './errors.ts';
import type { CallOptions, FullResponse, ResponseBody } from './options.ts';

/** Answers a token; with `refresh` one that was made after the last one was refused. */
export type GetToken = (options?: { refresh: boolean }) => Promise<string> | string;

export type AuthorizedCall = (call: CallOptions) => Promise<FullResponse<ResponseBody>>;

const isRefused = (error: unknown): boolean => error instanceof RequestError && error.status === 401;

/** Calls with a bearer token. A refused one is replaced once; when there is no other token, the refusal stands. */
export const withToken = ({ request, getToken }: { request: Request; getToken: GetToken }): AuthorizedCall => {
  const send = (call: CallOptions, token: string): Promise<FullResponse<ResponseBody>> =>
    request({ ...call, headers: { authorization: `Bearer ${token}` }, full: true });
  return async (call) => {
    const token = await getToken();
    try {
      return await send(call, token);
    } catch (error) {
      if (!isRefused(error)) throw error;
      const fresh = await getToken({ refresh: true });
      if (fresh === token) throw error;
      return send(call, fresh);
    }
  };
};
