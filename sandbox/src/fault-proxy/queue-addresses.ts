import type { ProxiedRequest } from './operation.ts';
import type { ProxiedAnswer } from './refusals.ts';

export type Places = { target: URL; proxy: string };

// SQS clients call the host of the queue's address, not the endpoint that they were given, so that a queue's address from the server would
// lead them past the proxy: `useQueueUrlAsEndpoint` of https://docs.aws.amazon.com/AWSJavaScriptSDK/v3/latest/Package/-aws-sdk-client-sqs/

const isSqs = (operation: string): boolean => operation.startsWith('sqs.');

/** Servers give the name by which they were started, whatever name they are called by. */
const origins = ({ port }: URL, own: string): string[] =>
  [own, ...['127.0.0.1', 'localhost', '0.0.0.0'].map((host) => `http://${host}:${port}`)].filter(
    (origin, position, all) => all.indexOf(origin) === position,
  );

/** Queue addresses of an answer, on the proxy's host. */
export const rewriteAnswer = (answer: ProxiedAnswer, operation: string, { target, proxy }: Places): ProxiedAnswer => {
  if (!isSqs(operation)) return answer;
  const text = origins(target, target.origin).reduce(
    (changed, origin) => changed.replaceAll(`"${origin}/`, `"${proxy}/`),
    answer.body.toString('utf8'),
  );
  return { ...answer, body: Buffer.from(text) };
};

/** Queue addresses of a request, on the server's host again. */
export const rewriteRequest = (
  request: ProxiedRequest,
  operation: string,
  { target, proxy }: Places,
): ProxiedRequest => {
  if (!isSqs(operation)) return request;
  const text = request.body.toString('utf8').replaceAll(`"QueueUrl":"${proxy}/`, `"QueueUrl":"${target.origin}/`);
  return { ...request, body: Buffer.from(text) };
};
