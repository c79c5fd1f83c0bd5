import type { TestContext } from 'node:test';
import {
  createManualClock,
  createProbe,
  createSeededRandom,
  failOnLeaks,
  type HttpAnswer,
  request,
} from '@verifiedfan/test-utils';
import { createGraphqlGateway, type GraphqlGatewayOptions, type LambdaContext, schema } from '../src/index.ts';

export type Call = { worker: string; event: unknown; context: LambdaContext };
export type Workers = Record<string, (event: never, context: LambdaContext) => unknown>;

export type GraphqlAnswer = {
  data: Record<string, unknown> | null;
  errors?: { message: string; errorType: string; path?: unknown[]; locations?: unknown[]; extensions: object }[];
};

/** A listening gateway over workers that are plain functions; closed, and checked for leaks, at the end of the test. */
export const startGateway = async (
  test: TestContext,
  { workers = {}, ...options }: Partial<GraphqlGatewayOptions> & { workers?: Workers } = {},
) => {
  const clock = createManualClock();
  const calls = createProbe<Call>();
  const logged: { level: string; message: string; data: object | undefined }[] = [];
  const note = (level: string) => (message: string, data?: object) => {
    logged.push({ level, message, data });
  };
  const gateway = createGraphqlGateway({
    schema,
    clock,
    random: createSeededRandom({ seed: 1 }),
    log: { debug: note('debug'), warn: note('warn'), error: note('error') },
    async invoke(worker, event, context) {
      calls.note({ worker, event, context });
      return workers[worker]?.(event as never, context);
    },
    ...options,
  });
  test.after(() => gateway.close());
  failOnLeaks(test);
  const url = await gateway.listen();
  const post = (json: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    request({ url: `${url}/graphql`, json, headers });
  const query = async (text: string, variables?: object, headers?: Record<string, string>): Promise<GraphqlAnswer> =>
    (await post({ query: text, ...(variables === undefined ? {} : { variables }) }, headers)).json() as GraphqlAnswer;
  return { clock, calls, gateway, logged, url, post, query };
};

export const errorTypes = ({ errors = [] }: GraphqlAnswer): string[] => errors.map(({ errorType }) => errorType);

/** The event of the n-th call, taken to be of the type that the test is about. */
export const eventOf = <Event>(calls: { values: readonly Call[] }, index: number): Event =>
  calls.values[index]?.event as Event;
