/**
 * A STAND-IN for the client that Lambda's Node runtime has inside: imports a bundle, asks for events, answers with what `handler` resolves to.
 * Started as a process of its own with the bundle's path. It loads as little of Node as the real one, so that starts can be measured with it.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { createRequire } from 'node:module';

type Context = { awsRequestId: string; invokedFunctionArn: string; getRemainingTimeInMillis(): number };
type Handler = (event: unknown, context: Context) => Promise<unknown>;

// An import, and so would `fetch`, load all that Node has of fetch and WebSocket.
const { request } = createRequire(import.meta.url)('node:http') as typeof import('node:http');
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;

const call = (method: 'GET' | 'POST', path: string, body?: unknown) =>
  new Promise<{ headers: IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const sent = request(`${base}${path}`, { method }, async (response) => {
      let text = '';
      for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
      resolve({ headers: response.headers, text });
    });
    sent.once('error', reject).end(method === 'POST' ? JSON.stringify(body ?? null) : undefined);
  });
const shapeOf = (thrown: unknown) =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, stackTrace: (thrown.stack ?? '').split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), stackTrace: [] };

const load = async (): Promise<Handler> => {
  try {
    const { handler } = (await import(process.argv[2] ?? '')) as { handler: Handler };
    return handler;
  } catch (thrown) {
    await call('POST', '/init/error', shapeOf(thrown));
    process.exit(1);
  }
};

const handler = await load();
for (;;) {
  const { headers, text } = await call('GET', '/invocation/next');
  const id = String(headers['lambda-runtime-aws-request-id']);
  const deadlineMs = Number(headers['lambda-runtime-deadline-ms']);
  const context: Context = {
    awsRequestId: id,
    invokedFunctionArn: String(headers['lambda-runtime-invoked-function-arn']),
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    await call('POST', `/invocation/${id}/response`, await handler(JSON.parse(text), context));
  } catch (thrown) {
    await call('POST', `/invocation/${id}/error`, shapeOf(thrown));
  }
}
