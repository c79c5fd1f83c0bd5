import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, systemRandom } from '@verifiedfan/embedded';
import { type BundledWorker, bundleWorkers } from '@verifiedfan/lambda';
import { createTokens, SECRET_GENERATORS } from '@verifiedfan/platform';
import { makeAppSyncAuthorizerInput, makeSqsInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { startFunction } from '../../../runtime/lambda/test/support/function.ts';
import { startRefusingAws } from '../../../runtime/lambda/test/support/refusing-aws.ts';
import type { Told } from '../../../runtime/lambda/test/support/runtime-api.ts';
import { installInterfaceClient, reasonAgainst } from './interface-client.ts';

const skip = reasonAgainst() ?? false;
const tokenKeys = SECRET_GENERATORS.tokenKeys?.(systemRandom) ?? '';

const makeToken = async (): Promise<string> =>
  (await createTokens({ secrets: { get: async () => tokenKeys }, clock: systemClock })).issue({ subject: 'fan' });

/** An OTLP collector that takes everything. */
const startCollector = async (test: TestContext, onTaken: () => void): Promise<string> => {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    onTaken();
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return String((server.address() as AddressInfo).port);
};

describe('a bundle under the runtime interface client of AWS', { skip }, () => {
  let client = '';
  let token = '';
  const bundles = new Map<string, BundledWorker>();
  const directory = temporaryDirectory({ after }).path;

  before(async () => {
    const made = await bundleWorkers({ directory, names: ['validateToken', 'verdictReporter'] });
    for (const bundle of made) bundles.set(bundle.name, bundle);
    [client, token] = await Promise.all([installInterfaceClient(), makeToken()]);
  });

  type StartOptions = { onTold?: (told: Told) => void; port?: string };
  const start = async (test: TestContext, name: string, options: StartOptions = {}) => {
    const bundle = bundles.get(name);
    assert.ok(bundle);
    const environment = {
      ...{ _HANDLER: 'index.handler', LAMBDA_TASK_ROOT: bundle.folder, RESOURCE_PREFIX: 'verifiedfan-test' },
      // Lambda sets these, and its client does not start without them.
      ...{ AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_VERSION: '1', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1769' },
      ...{ AWS_LAMBDA_LOG_GROUP_NAME: name, AWS_LAMBDA_LOG_STREAM_NAME: 'test' },
      ...{ AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      AWS_ENDPOINT_URL: await startRefusingAws(test, { tokenKeys }),
      ...(options.port === undefined ? {} : { OTEL_COLLECTOR_HOST: '127.0.0.1', OTEL_COLLECTOR_PORT: options.port }),
    };
    const { onTold = () => {} } = options;
    const endpoints = { slack: 'http://127.0.0.1:1', campaignService: 'http://127.0.0.1:1' };
    return startFunction(test, {
      bundle,
      environment,
      endpoints,
      onTold,
      program: [client, 'index.handler'],
      hangUpMs: 500,
    });
  };

  it('answers events, one after the other', async (test) => {
    const { answer } = await start(test, 'validateToken');
    const ask = async (authorizationToken: string) =>
      (await answer(makeAppSyncAuthorizerInput({ authorizationToken }))).isAuthorized;
    assert.deepEqual([await ask(`Bearer ${token}`), await ask('Bearer forged')], [true, false]);
  });

  it('has written its log and sent its spans when it answers, for it is frozen then', async (test) => {
    const order: string[] = [];
    const port = await startCollector(test, () => order.push('spans'));
    let freeze = (): void => undefined;
    const onTold = ({ kind }: Told): void => {
      order.push(kind);
      freeze();
    };
    const frozen = await start(test, 'verdictReporter', { onTold, port });
    freeze = frozen.freeze;
    await frozen.invoke(makeSqsInput([{ body: '{"campaigns":["tour"]}' }], { queue: 'verdictReporterQueue' }));
    // What a frozen process has written is in the pipe already.
    await sleep(100);
    assert.deepEqual(order, ['spans', 'response']);
    assert.match(frozen.log(), /"message":"the verdict was not posted"/, 'its table was refused');
    frozen.thaw();
  });

  it('knows from the context how much time is left', async (test) => {
    const { invoke, stop } = await start(test, 'validateToken');
    const event = makeAppSyncAuthorizerInput({ authorizationToken: `Bearer ${token}` });
    // Less than the margin: the deadline passes at once, while the key of tokens is asked for.
    const short = await invoke(event, { timeoutMs: 2_000 });
    const long = await invoke(event, { timeoutMs: 60_000 });
    const lines = (await stop()).log.split('\n').filter((line) => line.includes('nearly over'));
    assert.ok(short.kind === 'response' && long.kind === 'response');
    assert.deepEqual(
      lines.map((line) => line.includes(short.id)),
      [true],
    );
  });

  it('reports errors of its start and of events in their own names', async (test) => {
    const { invoke } = await start(test, 'validateToken');
    const told = await invoke(makeSqsInput([{ body: '{}' }], { queue: 'q' }));
    assert.ok(told.kind === 'error');
    assert.equal(told.body.errorType, 'WorkerError');
    const { failedStart } = await start(test, 'verdictReporter', { port: 'no port' });
    assert.equal(((await failedStart).body as { errorType: string }).errorType, 'ConfigurationError');
  });

  it('ends in an orderly way when it is asked to, where a client that loses its connection ends with 1', async (test) => {
    const { answer, stop } = await start(test, 'validateToken');
    await answer(makeAppSyncAuthorizerInput());
    assert.equal((await stop()).code, 0);
  });
});
