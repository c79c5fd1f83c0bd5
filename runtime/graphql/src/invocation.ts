import type { Clock, JsonValue, Random } from '@verifiedfan/ports';

/** The members of Lambda's context, as the Node 24 runtime gives them. */
export type LambdaContext = {
  callbackWaitsForEmptyEventLoop: boolean;
  functionName: string;
  functionVersion: string;
  invokedFunctionArn: string;
  memoryLimitInMB: string;
  awsRequestId: string;
  logGroupName: string;
  logStreamName: string;
  getRemainingTimeInMillis(): number;
};

/** Runs a worker with an AWS event; rejects with what the worker threw. */
export type Invoke = (worker: string, event: JsonValue, context: LambdaContext) => Promise<unknown>;

/** Names the API in the events, as an API of AppSync is named. */
export type ApiNames = { apiId: string; accountId: string; region: string };

export type Invoker = (call: { worker: string; event: object; limitMs: number }) => Promise<unknown>;

/** Calls workers as AppSync does: with an event that shares nothing with the caller, and a context that knows its deadline. */
export const createInvoker = (options: { invoke: Invoke; clock: Clock; random: Random; api: ApiNames }): Invoker => {
  const { invoke, clock, random, api } = options;
  return async ({ worker, event, limitMs }) => {
    const endsAtMs = clock.now() + limitMs;
    const awsRequestId = random.uuid();
    const context: LambdaContext = {
      callbackWaitsForEmptyEventLoop: true,
      functionName: worker,
      functionVersion: '$LATEST',
      invokedFunctionArn: `arn:aws:lambda:${api.region}:${api.accountId}:function:${worker}`,
      memoryLimitInMB: '512',
      awsRequestId,
      logGroupName: `/aws/lambda/${worker}`,
      logStreamName: `${new Date(clock.now()).toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${awsRequestId.replaceAll('-', '')}`,
      getRemainingTimeInMillis: () => Math.max(0, endsAtMs - clock.now()),
    };
    // Through JSON, because on AWS nothing else arrives: no undefined, no dates, no objects without a prototype.
    return invoke(worker, JSON.parse(JSON.stringify(event)) as JsonValue, context);
  };
};
