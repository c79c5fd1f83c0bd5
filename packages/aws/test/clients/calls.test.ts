import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Span, Tracer } from '@opentelemetry/api';
import { NOOP_SPAN, NOOP_TRACER } from '@verifiedfan/tracing';
import { Athena, type AthenaRow, Lambda, LambdaFunctionError, StepFunctions } from '../../src/index.ts';
import { type Answer, bodyOf, json, jsonError, startService } from './fake-service.ts';

describe('Lambda', () => {
  const answerWith =
    (text: string, functionError?: string): Answer =>
    (_, response) => {
      response.writeHead(200, functionError === undefined ? {} : { 'x-amz-function-error': functionError });
      response.end(text);
    };

  it('answers what the function returned', async (context) => {
    const answers = ['{"a":1}', 'null', ''];
    const { connection, seen } = await startService(context, (request, response) =>
      answerWith(answers.shift() ?? '')(request, response),
    );
    const { invoke } = Lambda({ connection });
    assert.deepEqual(await invoke({ FunctionName: 'f', Qualifier: 'live', Payload: { id: 'x' } }), { a: 1 });
    assert.equal(await invoke({ FunctionName: 'f', Payload: null }), null);
    assert.equal(await invoke({ FunctionName: 'f', Payload: [], InvocationType: 'Event' }), undefined);
    assert.deepEqual([bodyOf(seen[0] ?? assert.fail()), seen[0]?.url.includes('Qualifier=live')], [{ id: 'x' }, true]);
    assert.equal(seen[2]?.headers['x-amz-invocation-type'], 'Event');
  });

  it('throws when the function failed, with its text in the cause alone', async (context) => {
    const said = JSON.stringify({ errorType: 'TypeError', errorMessage: 'no fan fan@example.com' });
    const { connection } = await startService(context, answerWith(said, 'Unhandled'));
    await assert.rejects(Lambda({ connection }).invoke({ FunctionName: 'f', Payload: {} }), (error: unknown) => {
      assert.ok(error instanceof LambdaFunctionError);
      assert.deepEqual([error.code, error.retryable, error.errorType], ['function_failed', false, 'TypeError']);
      assert.equal(error.message, 'the function f failed: TypeError');
      assert.ok(error.cause instanceof Error && error.cause.message.includes('fan@example.com'));
      return true;
    });
  });

  it('says throttled, not_found and validation', async (context) => {
    const answers: [string, number][] = [
      ['TooManyRequestsException', 429],
      ['ResourceNotFoundException', 404],
    ];
    const { connection } = await startService(
      context,
      (_, response) => {
        const [name, status] = answers.shift() ?? ['', 200];
        if (name === '') return response.end('not JSON');
        response.setHeader('x-amzn-errortype', name);
        return jsonError(response, name, status);
      },
      { maxAttempts: 1 },
    );
    const { invoke } = Lambda({ connection });
    await assert.rejects(invoke({ FunctionName: 'f', Payload: {} }), { code: 'throttled', resource: 'f' });
    await assert.rejects(invoke({ FunctionName: 'f', Payload: {} }), { code: 'not_found' });
    await assert.rejects(invoke({ FunctionName: 'f', Payload: {} }), { code: 'validation' });
  });
});

describe('StepFunctions', () => {
  const stateMachineArn = 'arn:aws:states:eu-west-1:123456789012:stateMachine:onSale';
  const executionArn = 'arn:aws:states:eu-west-1:123456789012:execution:onSale:load-1';

  it('starts once for each name', async (context) => {
    const { connection, seen } = await startService(context, (_, response) =>
      seen.length === 1 ? json(response, { executionArn }) : jsonError(response, 'ExecutionAlreadyExists'),
    );
    const { startExecution } = StepFunctions({ connection });
    const input = { stateMachineArn, name: 'load-1', input: { key: 'a' } };
    assert.deepEqual(await startExecution(input), { outcome: 'started', executionArn });
    assert.deepEqual(await startExecution(input), { outcome: 'already_started', executionArn });
    const throughAlias = { ...input, stateMachineArn: `${stateMachineArn}:live` };
    assert.deepEqual(await startExecution(throughAlias), { outcome: 'already_started', executionArn });
  });

  it('names the state machine that is missing', async (context) => {
    const { connection } = await startService(context, (_, response) =>
      jsonError(response, 'StateMachineDoesNotExist'),
    );
    const starting = StepFunctions({ connection }).startExecution({ stateMachineArn, name: 'a', input: null });
    await assert.rejects(starting, { code: 'not_found', resource: stateMachineArn });
  });
});

const rowsOf = async (rows: AsyncIterable<AthenaRow>): Promise<AthenaRow[]> => {
  const all: AthenaRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

describe('Athena', () => {
  const state = (State: string, more: object = {}): object => ({ QueryExecution: { Status: { State, ...more } } });

  it('waits for the end of a query and reads its rows over pages, without the heading', async (context) => {
    const states = ['QUEUED', 'RUNNING', 'SUCCEEDED'];
    const ColumnInfo = [{ Name: 'fan' }, { Name: 'score' }];
    const row = (...cells: (string | undefined)[]) => ({ Data: cells.map((VarCharValue) => ({ VarCharValue })) });
    const { connection, seen } = await startService(context, (request, response) => {
      if (request.operation === 'StartQueryExecution') return json(response, { QueryExecutionId: 'q' });
      if (request.operation === 'GetQueryExecution') return json(response, state(states.shift() ?? ''));
      const isFirst = bodyOf<{ NextToken?: string }>(request).NextToken === undefined;
      const Rows = isFirst ? [row('fan', 'score'), row('a', undefined)] : [row('fan', 'score'), row('b', '')];
      return json(response, {
        ...(isFirst ? { NextToken: 't' } : {}),
        ResultSet: { Rows, ResultSetMetadata: { ColumnInfo } },
      });
    });
    const athena = Athena({ connection });
    const id = await athena.start({ QueryString: 'select 1', Database: 'd' });
    await athena.wait(id);
    assert.deepEqual(await rowsOf(athena.results(id)), [
      { fan: 'a', score: null },
      { fan: 'fan', score: 'score' },
      { fan: 'b', score: '' },
    ]);
    const started = bodyOf<{ ClientRequestToken: string; QueryExecutionContext: object }>(seen[0] ?? assert.fail());
    assert.deepEqual(started.QueryExecutionContext, { Database: 'd' });
    assert.ok(started.ClientRequestToken.length >= 32);
  });

  it('says whether a failed query may be repeated, and keeps its text in the cause', async (context) => {
    const failure = (Retryable: boolean): object => ({
      StateChangeReason: "line 1: no column 'fan@example.com'",
      AthenaError: { ErrorCategory: 2, ErrorType: 1006, Retryable },
    });
    const answers = [state('FAILED', failure(false)), state('FAILED', failure(true)), state('CANCELLED')];
    const { connection } = await startService(context, (_, response) => json(response, answers.shift()));
    const { wait } = Athena({ connection });
    await assert.rejects(wait('q'), (error: unknown) => {
      assert.ok(error instanceof Error && error.cause instanceof Error);
      assert.match(error.message, /category 2, type 1006/);
      assert.doesNotMatch(error.message, /fan@/);
      return true;
    });
    await assert.rejects(wait('q'), { code: 'unavailable', retryable: true });
    await assert.rejects(wait('q'), { code: 'closed' });
  });

  it('stops a query that nobody waits for any more', async (context) => {
    const stop = new AbortController();
    const { connection, seen } = await startService(context, (request, response) => {
      if (request.operation === 'GetQueryExecution') stop.abort();
      json(response, state('RUNNING'));
    });
    await assert.rejects(Athena({ connection }).wait('q', { signal: stop.signal }), { code: 'closed' });
    assert.deepEqual(
      seen.map(({ operation }) => operation),
      ['GetQueryExecution', 'StopQueryExecution'],
    );
  });
});

describe('every client', () => {
  it('refuses options that it does not have', async (context) => {
    const { connection } = await startService(context, (_, response) => json(response, {}));
    const misspelt: { connection: typeof connection } = Object.assign({ connection }, { conection: 1 });
    for (const make of [Athena, Lambda, StepFunctions]) assert.throws(() => make(misspelt), TypeError);
  });

  it('makes a span of each call', async (context) => {
    const names: string[] = [];
    const tracer: Tracer = {
      ...NOOP_TRACER,
      startActiveSpan: (name: string, ...rest: unknown[]) => {
        names.push(name);
        const run = rest.at(-1);
        return typeof run === 'function' ? run(NOOP_SPAN) : assert.fail('a span without work');
      },
    };
    const { connection } = await startService(context, (_, response) => json(response, {}), { tracer });
    await Lambda({ connection }).invoke({ FunctionName: 'f', Payload: {} });
    await StepFunctions({ connection }).startExecution({ stateMachineArn: 'a', name: 'b', input: {} });
    assert.deepEqual(names, ['lambda.Invoke', 'stepfunctions.StartExecution']);
  });

  it('tells a span the name of an error and not its text, and nothing of a condition that did not hold', async (context) => {
    const told: unknown[] = [];
    const note = (what: unknown): Span => {
      told.push(what);
      return span;
    };
    const span: Span = {
      ...NOOP_SPAN,
      recordException: (exception) => void note(exception),
      setStatus: note,
      setAttribute: (name, value) => note({ [name]: value }),
    };
    const tracer: Tracer = {
      ...NOOP_TRACER,
      startActiveSpan: (_: string, ...rest: unknown[]) => {
        const run = rest.at(-1);
        return typeof run === 'function' ? run(span) : assert.fail('a span without work');
      },
    };
    const answers = ['ExecutionAlreadyExists', 'InvalidName'];
    const { connection } = await startService(context, (_, response) => jsonError(response, answers.shift() ?? ''), {
      tracer,
    });
    const { startExecution } = StepFunctions({ connection });
    await startExecution({ stateMachineArn: 'a', name: 'b', input: {} });
    assert.deepEqual(told.splice(0), [{ 'verifiedfan.refused': 'ExecutionAlreadyExists' }]);
    await assert.rejects(startExecution({ stateMachineArn: 'a', name: 'b', input: {} }));
    assert.deepEqual(told, [{ name: 'InvalidName' }, { code: 2, message: 'InvalidName' }]);
  });
});
