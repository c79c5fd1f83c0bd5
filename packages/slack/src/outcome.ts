import { RequestError, type ResponseBody, type RetryRule } from '@verifiedfan/request';
import { SlackError, vendorCode } from './errors.ts';
import type { PostResult, SlackPost } from './slack.ts';

/** A 429 says that nothing was done, so even a post may be repeated after it. Nothing else does. */
export const askAgainAfter429: RetryRule = ({ status }) => (status === 429 ? true : undefined);

/** Throws `SlackError` with `invalid_post`. */
export const checkPost = ({ id, channel, text }: SlackPost): void => {
  if (!/^[\w.:#-]{1,128}$/.test(id) || channel === '' || text === '') throw new SlackError('invalid_post');
};

/** The value of a field of a JSON body, undefined where there is none. */
export const field = (body: unknown, name: string): unknown =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, name)
    ? (body as Readonly<Record<string, unknown>>)[name]
    : undefined;

const codeOf = ({ code, status, body }: RequestError): string => {
  if (code !== 'http_status' || status === undefined) return code;
  if (status === 429) return 'ratelimited';
  if (status === 408 || status === 425) return 'request_timeout';
  // Whatever word a broken server or its gateway says, it may be whole again in a minute.
  if (status >= 500) return 'unavailable';
  return vendorCode(field(body, 'error')) ?? vendorCode(body) ?? `http_${status}`;
};

/** The error of a call that did nothing. What is not a `RequestError` is a mistake of ours and passes unchanged. */
export const toSlackError = (error: unknown): unknown => {
  if (!(error instanceof RequestError)) return error;
  const code = codeOf(error);
  const known = code === 'network' || code === 'timeout' ? 'unavailable' : code;
  return new SlackError(known, { retryAfterMs: error.retryAfterMs, cause: error });
};

/** Runs a post and turns a failure whose effect is open into an outcome; other failures are thrown as `SlackError`. */
export const settlePost = async (
  send: () => Promise<ResponseBody>,
  read: (body: ResponseBody) => PostResult,
): Promise<PostResult> => {
  try {
    return read(await send());
  } catch (error) {
    if (error instanceof RequestError && error.outcomeUnknown) return { outcome: 'unknown', code: codeOf(error) };
    throw toSlackError(error);
  }
};
