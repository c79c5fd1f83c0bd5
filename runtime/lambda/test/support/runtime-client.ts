/**
 * A STAND-IN for the client that Lambda's Node runtime has inside: imports a bundle, asks for events, answers with what `handler` resolves to.
 * Started as a process of its own with the bundle's path.
 */
type Context = { awsRequestId: string; invokedFunctionArn: string; getRemainingTimeInMillis(): number };
type Handler = (event: unknown, context: Context) => Promise<unknown>;

const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime`;
const post = async (path: string, body: unknown): Promise<void> => {
  await fetch(`${base}${path}`, { method: 'POST', body: JSON.stringify(body ?? null) });
};
const shapeOf = (thrown: unknown) =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, stackTrace: (thrown.stack ?? '').split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), stackTrace: [] };

const load = async (): Promise<Handler> => {
  try {
    const { handler } = (await import(process.argv[2] ?? '')) as { handler: Handler };
    return handler;
  } catch (thrown) {
    await post('/init/error', shapeOf(thrown));
    process.exit(1);
  }
};

const handler = await load();
for (;;) {
  const next = await fetch(`${base}/invocation/next`);
  const header = (name: string): string => next.headers.get(`lambda-runtime-${name}`) ?? '';
  const id = header('aws-request-id');
  const deadlineMs = Number(header('deadline-ms'));
  const context: Context = {
    awsRequestId: id,
    invokedFunctionArn: header('invoked-function-arn'),
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
  };
  try {
    await post(`/invocation/${id}/response`, await handler(await next.json(), context));
  } catch (thrown) {
    await post(`/invocation/${id}/error`, shapeOf(thrown));
  }
}
