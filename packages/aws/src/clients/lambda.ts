import { assertOptions, assertWhole, invalid } from '@verifiedfan/driver';
import type { JsonValue } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { lazily } from './lazily.ts';

export type LambdaOptions = {
  connection: AwsConnection;
  /** How long to wait for a function's answer, in milliseconds. @default 900_000, as long as a function may run */
  timeoutMs?: number | undefined;
};

export type InvokeInput = {
  /** Name or ARN. */
  FunctionName: string;
  /** Version or alias. @default the latest */
  Qualifier?: string | undefined;
  /** At most 6 MB of JSON, 1 MB with `Event`. */
  Payload: JsonValue;
  /** `Event` only hands the event over and answers undefined. @default RequestResponse */
  InvocationType?: 'RequestResponse' | 'Event' | undefined;
};

export type LambdaClient = {
  /**
   * Calls a function and answers what it returned; undefined when that was nothing. Throws `LambdaFunctionError` when the function failed.
   * A connection that is lost before the answer is tried again by the SDK, so that a function may run twice.
   */
  invoke(input: InvokeInput): Promise<JsonValue | undefined>;
};

/** The function was called, and failed. What it said is the cause, and may hold what it was called with. */
export class LambdaFunctionError extends Error {
  override readonly name = 'LambdaFunctionError';
  readonly code = 'function_failed';
  /** The function may have done part of its work: whether to repeat is for who knows the function. */
  readonly retryable = false;
  readonly functionName: string;
  /** The class of the error in the function, `TypeError` or `Sandbox.Timedout`; undefined when it did not say. */
  readonly errorType: string | undefined;
  constructor({
    functionName,
    errorType,
    cause,
  }: { functionName: string; errorType: string | undefined; cause: Error }) {
    super(`the function ${functionName} failed${errorType === undefined ? '' : `: ${errorType}`}`, { cause });
    this.functionName = functionName;
    this.errorType = errorType;
  }
}

const parse = (payload: Uint8Array | undefined): JsonValue | undefined => {
  const text = Buffer.from(payload ?? []).toString();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    // No cause: the parser's message quotes the text.
    throw invalid('the function answered with something that is not JSON');
  }
};

const failed = (functionName: string, answer: JsonValue | undefined): LambdaFunctionError => {
  const { errorType, errorMessage } = (typeof answer === 'object' && answer !== null ? answer : {}) as {
    errorType?: unknown;
    errorMessage?: unknown;
  };
  return new LambdaFunctionError({
    functionName,
    errorType: typeof errorType === 'string' ? errorType : undefined,
    cause: new Error(typeof errorMessage === 'string' ? errorMessage : 'the function gave no message'),
  });
};

/** Invokes functions. */
export const Lambda = (options: LambdaOptions): LambdaClient => {
  assertOptions(options, ['connection', 'timeoutMs']);
  const { connection, timeoutMs = 900_000 } = options;
  assertWhole('timeoutMs', timeoutMs, 1, 900_000);
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-lambda');
    const { requestHandler, ...configuration } = sdkConfiguration(connection);
    const client = new sdk.LambdaClient({
      ...configuration,
      requestHandler: { ...requestHandler, requestTimeout: timeoutMs },
    });
    return { sdk, client: sdkClient(client, { name: 'lambda', connection }) };
  });
  return {
    async invoke({ FunctionName, Qualifier, Payload, InvocationType = 'RequestResponse' }) {
      const answer = await calling({ operation: 'lambda.Invoke', resource: FunctionName }, async () => {
        const { sdk, client } = await open();
        const input = { FunctionName, Qualifier, InvocationType, Payload: JSON.stringify(Payload) };
        return client.send(new sdk.InvokeCommand(input));
      });
      if (answer.FunctionError === undefined) return parse(answer.Payload);
      throw failed(FunctionName, parse(answer.Payload));
    },
  };
};
