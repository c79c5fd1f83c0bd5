import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeAppSyncResolverInput } from '@verifiedfan/test-utils';
import { buildEntries } from '../src/bundle/build-entries.ts';
import { workerEntry } from '../src/bundle/entry-source.ts';
import { pinoInFunctions } from '../src/bundle/pino-in-functions.ts';
import { sdkAtOnce, withoutOtherPlaces } from '../src/bundle/plugins.ts';
import { writeBundles } from '../src/bundle/write-bundles.ts';
import type { BundledWorker } from '../src/index.ts';
import { testDirectory } from './support/bundles.ts';
import { startFunction } from './support/function.ts';
import { startRefusingAws } from './support/refusing-aws.ts';

const CLIENT = 'late-unleash-client.cjs';
const directory = testDirectory('flags');
let bundle: BundledWorker;
before(async () => {
  const file = fileURLToPath(import.meta.resolve('./support/flagged-worker.ts'));
  const options = { reached: {}, platformModule: undefined, asksFlags: true, isScript: false };
  const contents = workerEntry({ name: 'flagged' as never, file }, options);
  const plugins = [pinoInFunctions, withoutOtherPlaces, sdkAtOnce];
  const built = await buildEntries([{ name: 'flagged' as never, contents }], { plugins, isScript: false });
  const [made] = writeBundles(built, directory) as BundledWorker[];
  assert.ok(made);
  bundle = made;
});
after(() => rmSync(directory, { recursive: true, force: true }));

/** A STAND-IN for an Unleash server on which the flag is off. */
const startUnleash = async (context: TestContext): Promise<string> => {
  const features = [{ name: 'flagged', enabled: false, strategies: [{ name: 'default' }], variants: [] }];
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ version: 2, features }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
};

const tellOf = async (context: TestContext, environment: Readonly<Record<string, string>>) => {
  const { invoke } = await startFunction(context, {
    bundle,
    environment: {
      ...{ RESOURCE_PREFIX: 'verifiedfan-test', AWS_REGION: 'eu-west-1', LOG_LEVEL: 'fatal' },
      ...{ AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
      AWS_ENDPOINT_URL: await startRefusingAws(context, { unleashToken: 'hush' }),
      ...environment,
    },
  });
  const told = await invoke(makeAppSyncResolverInput({ fieldName: 'flagged' }));
  return told.kind === 'response' ? told.body : told.body.errorMessage;
};

describe('a function whose worker has a flag', () => {
  it('is on without anybody who says otherwise', async (context) => {
    assert.equal(await tellOf(context, {}), 'on');
  });

  it('is off where its configuration says so', async (context) => {
    assert.match(String(await tellOf(context, { FLAGS: '{"flagged":false}' })), /switched off/);
  });

  it('is off with its first event where the server of the stage says so', async (context) => {
    const told = await tellOf(context, { UNLEASH_URL: await startUnleash(context), FLAGS: '{"flagged":true}' });
    assert.match(String(told), /switched off/);
  });

  it('brings the client of that server beside its code, and not in it', () => {
    assert.ok(existsSync(`${bundle.folder}/${CLIENT}`));
    assert.doesNotMatch(readFileSync(`${bundle.folder}/index.mjs`, 'utf8'), /make-fetch-happen|UNLEASH-/);
  });
});
