import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type BundledWorker, bundleWorkers } from '@verifiedfan/lambda';
import { createTokens, SECRET_GENERATORS } from '@verifiedfan/platform';
import { makeAppSyncAuthorizerInput, makeSqsInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { startFunction } from '../../../runtime/lambda/test/support/function.ts';
import type { Told } from '../../../runtime/lambda/test/support/runtime-api.ts';
import { awsConnection, uniqueName } from '../../src/index.ts';
import { installInterfaceClient, reasonAgainst } from './interface-client.ts';

const connection = awsConnection('ministack');
const prefix = uniqueName('verifiedfan-client');
const skip = reasonAgainst() ?? false;

/** The secret of a stage, and a token that is signed with it. */
const makeToken = async (): Promise<string> => {
  const tokenKeys = SECRET_GENERATORS.tokenKeys?.(connection.random) ?? '';
  const { region, endpoint, credentials } = connection;
  const client = new SecretsManagerClient({ region, endpoint, credentials } as never);
  await client.send(new CreateSecretCommand({ Name: `${prefix}/tokenKeys`, SecretString: tokenKeys }));
  client.destroy();
  return (await createTokens({ secrets: { get: async () => tokenKeys }, clock: connection.clock })).issue({
    subject: 'fan',
  });
};

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

  const start = (test: TestContext, name: string, options: { onTold?: (told: Told) => void; port?: string } = {}) => {
    const bundle = bundles.get(name);
    assert.ok(bundle);
    const { credentials, region = '', endpoint = '' } = connection;
    assert.ok(credentials);
    const environment = {
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: bundle.folder,
      RESOURCE_PREFIX: prefix,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      ...(options.port === undefined ? {} : { OTEL_COLLECTOR_HOST: '127.0.0.1', OTEL_COLLECTOR_PORT: options.port }),
    };
    const { onTold = () => {} } = options;
    return startFunction(test, { bundle, environment, onTold, program: [client, 'index.handler'] });
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
    const onTold = ({ kind }: Told): void => {
      order.push(kind);
      frozen.freeze();
    };
    const frozen = await start(test, 'validateToken', { onTold, port });
    await frozen.invoke(makeSqsInput([{ body: '{}' }], { queue: 'q' }));
    // What a frozen process has written is in the pipe already.
    await sleep(100);
    assert.deepEqual(order, ['spans', 'error']);
    assert.match(frozen.log(), /"_aws":/, 'its measurements, which are lines of the log');
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

  it('ends in an orderly way when it is asked to, while it waits for an event', async (test) => {
    const { answer, stop } = await start(test, 'validateToken');
    await answer(makeAppSyncAuthorizerInput());
    assert.equal((await stop()).code, 0);
  });
});
