import type { Clock } from '@verifiedfan/ports';
import type { Context } from 'aws-lambda';
import { ACCOUNT, REGION } from './events/common.ts';

/** All members of Lambda's context but the three callbacks of Node.js 0.10, which the Node 24 runtime no longer has. */
export type LambdaContext = Omit<Context, 'done' | 'fail' | 'succeed'>;

export type LambdaContextOptions = {
  functionName?: string;
  /** @default a fixed UUID */
  awsRequestId?: string;
  /** The function's time limit in milliseconds. @default 60_000 */
  timeoutMs?: number;
  /** Measures the remaining time from the moment of building; without a clock the remaining time never shrinks. */
  clock?: Pick<Clock, 'now'> | undefined;
  /** In megabytes. @default 512 */
  memoryMegabytes?: number;
};

/** The context that Lambda hands to a function together with the event. */
export const makeLambdaContext = (options: LambdaContextOptions = {}): LambdaContext => {
  const { functionName = 'worker', timeoutMs = 60_000, clock, memoryMegabytes = 512 } = options;
  const startedAtMs = clock?.now() ?? 0;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${functionName}`,
    memoryLimitInMB: String(memoryMegabytes),
    awsRequestId: options.awsRequestId ?? '00000000-0000-4000-8000-000000000001',
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: '2026/01/05/[$LATEST]00000000000000000000000000000001',
    identity: undefined,
    clientContext: undefined,
    tenantId: undefined,
    getRemainingTimeInMillis: () =>
      clock === undefined ? timeoutMs : Math.max(0, startedAtMs + timeoutMs - clock.now()),
  };
};
