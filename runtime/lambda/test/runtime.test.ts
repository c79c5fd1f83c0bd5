import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { makeAppSyncAuthorizerInput, makeSqsInput, temporaryDirectory } from '@verifiedfan/test-utils';
import { testBundles } from './support/bundles.ts';
import { startFunction } from './support/function.ts';

const bundleOf = testBundles('runtime', { names: ['validateToken', 'verdictReporter'] });
const dataOf = (context: TestContext): string => temporaryDirectory(context).path;

/** An OTLP collector that takes everything. */
const startCollector = async (context: TestContext, onTaken: (path: string) => void): Promise<string> => {
  const server = createServer(async (request, response) => {
    for await (const _ of request);
    onTaken(request.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return String((server.address() as AddressInfo).port);
};

describe('a function', { concurrency: 3 }, () => {
  it('fails to start under a name that is not its worker', async (context) => {
    for (const APP_NAME of ['loadScoresToStream', 'toString', '']) {
      const bundle = bundleOf('validateToken');
      const { failedStart } = await startFunction(context, {
        bundle,
        data: dataOf(context),
        environment: { APP_NAME },
      });
      const told = await failedStart;
      assert.equal(told.body && (told.body as { errorType: string }).errorType, 'WorkerError');
      assert.match((told.body as { errorMessage: string }).errorMessage, /the workers are validateToken$/);
    }
  });

  it('fails to start with a configuration that cannot be read, naming the variable and not its value', async (context) => {
    const environment = { LOG_LEVEL: 'secret-value' };
    const bundle = bundleOf('validateToken');
    const { failedStart } = await startFunction(context, { bundle, data: dataOf(context), environment });
    const { errorType, errorMessage } = (await failedStart).body as { errorType: string; errorMessage: string };
    assert.equal(errorType, 'ConfigurationError');
    assert.match(errorMessage, /LOG_LEVEL/);
    assert.doesNotMatch(errorMessage, /secret-value/);
  });

  it('sends its spans and writes its log before it answers, since it may be frozen then', async (context) => {
    const order: string[] = [];
    const port = await startCollector(context, (path) => order.push(path));
    const environment = { OTEL_COLLECTOR_HOST: '127.0.0.1', OTEL_COLLECTOR_PORT: port };
    const onTold = ({ kind }: { kind: string }): void => void order.push(kind);
    const { answer, stop } = await startFunction(context, {
      bundle: bundleOf('verdictReporter'),
      data: dataOf(context),
      endpoints: { slack: 'http://127.0.0.1:1', campaignService: 'http://127.0.0.1:1' },
      environment,
      onTold,
    });
    await answer(makeSqsInput([{ body: '{}' }], { queue: 'verdictReporterQueue' }));
    assert.deepEqual(order, ['/v1/traces', 'response']);
    assert.match((await stop()).log, /"message":"records rejected"/);
  });

  it('answers when nobody collects its spans', async (context) => {
    const environment = { OTEL_COLLECTOR_HOST: '127.0.0.1', OTEL_COLLECTOR_PORT: '1' };
    const bundle = bundleOf('validateToken');
    const { answer } = await startFunction(context, { bundle, data: dataOf(context), environment });
    assert.deepEqual(await answer(makeAppSyncAuthorizerInput()), { isAuthorized: false });
  });

  it('refuses an event of another source', async (context) => {
    const { invoke } = await startFunction(context, { bundle: bundleOf('validateToken'), data: dataOf(context) });
    const told = await invoke(makeSqsInput([{ body: '{}' }], { queue: 'q' }));
    assert.ok(told.kind === 'error');
    assert.equal(told.body.errorType, 'WorkerError');
    assert.match(told.body.stackTrace.join('\n'), /handler\.ts/, 'stacks name the sources');
  });

  it('says which endpoint it was not told', async (context) => {
    const { invoke } = await startFunction(context, { bundle: bundleOf('verdictReporter'), data: dataOf(context) });
    const told = await invoke(makeSqsInput([{ body: '{}' }], { queue: 'verdictReporterQueue' }));
    assert.ok(told.kind === 'error');
    assert.equal(told.body.errorType, 'MissingEndpointError');
    assert.match(told.body.errorMessage, /campaignService|slack/);
  });

  it('closes what it opened and ends when it is asked to', async (context) => {
    const { answer, stop } = await startFunction(context, { bundle: bundleOf('validateToken'), data: dataOf(context) });
    await answer(makeAppSyncAuthorizerInput());
    assert.equal((await stop()).code, 0);
  });
});
