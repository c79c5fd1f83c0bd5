import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@verifiedfan/embedded';
import type { PortError } from '@verifiedfan/ports';
import { createSeededRandom, temporaryDirectory } from '@verifiedfan/test-utils';
import { createUnleashFlags, type UnleashFlags, type UnleashFlagsOptions, type Use } from '../src/index.ts';

const closing: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const feature = (name: string, enabled: boolean) => ({
  name,
  enabled,
  strategies: [{ name: 'default' }],
  variants: [],
});

/** A server that hands out these flags, or answers as `respond` says. */
const openServer = async (respond?: (request: IncomingMessage, response: ServerResponse) => void) => {
  const state = { features: [] as object[], headers: [] as IncomingHttpHeaders[] };
  const server = createServer((request, response) => {
    state.headers.push(request.headers);
    if (respond) respond(request, response);
    else
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ version: 2, features: state.features }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { state, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` };
};

const open = (url: string, options: Partial<UnleashFlagsOptions> = {}): UnleashFlags => {
  const needed = { token: 'geheim', appName: 'test', refreshMs: 20, timeoutMs: 2_000, clock: systemClock };
  const flags = createUnleashFlags({ url, ...needed, random: createSeededRandom({ seed: 1 }), ...options });
  closing.push(flags.close);
  return flags;
};

const folder = () => temporaryDirectory({ after: (remove) => void closing.push(remove) });

const bootstrapFile = (content: string): string => {
  const file = folder().join('flags.json');
  writeFileSync(file, content);
  return file;
};

const until = async (holds: () => boolean): Promise<void> => {
  for (let attempt = 0; attempt < 300 && !holds(); attempt += 1) await sleep(10);
  assert.ok(holds());
};

/** Whether a whole answer that names the flag lies in the folder. */
const isKept = (directory: string, flag: string): boolean =>
  readdirSync(directory).some((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    return text.endsWith('}') && text.includes(JSON.stringify(flag));
  });

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:1/api';

describe('flags of Unleash', () => {
  it('answer from the bootstrap file at once, also when no server can be reached', () => {
    const flags = open(NOWHERE, { bootstrapFile: bootstrapFile('{"on":true,"off":false}') });
    assert.deepEqual(
      [flags.isEnabled('on', false), flags.isEnabled('off', true), flags.isEnabled('unknown', true)],
      [true, false, true],
    );
  });

  it('answer from flags that are given, in front of those of the file', () => {
    const options = { bootstrapFile: bootstrapFile('{"on":false,"off":false}'), bootstrap: { on: true } };
    const flags = open(NOWHERE, options);
    assert.deepEqual([flags.isEnabled('on', false), flags.isEnabled('off', true)], [true, false]);
    const wrong = { on: 'yes' } as unknown as Record<string, boolean>;
    assert.throws(() => open(NOWHERE, { bootstrap: wrong }), { code: 'validation' });
  });

  it('start without a bootstrap file that is not there, and refuse one that cannot be used', () => {
    assert.equal(open(NOWHERE, { bootstrapFile: `${folder().path}/none.json` }).isEnabled('on', false), false);
    for (const content of ['', '[]', '{"on":1}']) {
      assert.throws(() => open(NOWHERE, { bootstrapFile: bootstrapFile(content) }), { code: 'validation' });
    }
  });

  it('follow the server where it knows the flag, and keep the bootstrap file where it does not', async () => {
    const { state, url } = await openServer();
    state.features = [feature('off', true), feature('on', false)];
    const flags = open(url, { bootstrapFile: bootstrapFile('{"on":true,"off":false,"ours":true}') });
    const heard: string[] = [];
    flags.onChange((changed) => heard.push(...changed));
    await flags.verify();
    assert.deepEqual(
      [flags.isEnabled('on', true), flags.isEnabled('off', false), flags.isEnabled('ours', false)],
      [false, true, true],
    );
    assert.deepEqual(heard, ['off', 'on']);
    state.features = [feature('off', true)];
    await until(() => flags.isEnabled('on', false));
    assert.deepEqual(heard, ['off', 'on', 'on']);
  });

  it('do not take a name that every object has for a flag', async () => {
    const { url } = await openServer();
    const flags = open(url);
    await flags.verify();
    assert.deepEqual([flags.isEnabled('constructor', true), flags.isEnabled('__proto__', true)], [true, true]);
  });

  it('decide a gradual roll-out once for the process', async () => {
    const { state, url } = await openServer();
    const parameters = { rollout: '50', stickiness: 'default', groupId: 'g' };
    state.features = [{ ...feature('half', true), strategies: [{ name: 'flexibleRollout', parameters }] }];
    const flags = open(url);
    await flags.verify();
    assert.equal(new Set(Array.from({ length: 50 }, () => flags.isEnabled('half', false))).size, 1);
  });

  it('stay as they are while the server talks nonsense, and tell of it', async () => {
    let failing = false;
    const { url } = await openServer((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end(failing ? '<html>' : JSON.stringify({ version: 2, features: [feature('on', true)] }));
    });
    const errors: PortError[] = [];
    const flags = open(url, { onError: (error) => errors.push(error) });
    await flags.verify();
    failing = true;
    await until(() => errors.length > 0);
    assert.equal(flags.isEnabled('on', false), true);
    assert.equal(errors[0]?.code, 'unavailable');
  });

  it('begin with what the server said before the last stop', async () => {
    const backupFolder = folder().path;
    const { state, url } = await openServer();
    state.features = [feature('on', true)];
    const first = open(url, { backupFolder });
    await first.verify();
    // The client writes behind the back of its caller.
    await until(() => isKept(backupFolder, 'on'));
    first.close();
    const second = open(NOWHERE, { backupFolder });
    await until(() => second.isEnabled('on', false));
  });

  it('tell the server nothing about the user and the machine, and of usage nothing unless asked to', async () => {
    const { state, url } = await openServer();
    await open(url).verify();
    const told = JSON.stringify(state.headers);
    assert.ok(!told.includes(hostname()), 'the name of the machine');
    assert.ok(!new RegExp(`"[^"]*\\b${userInfo().username}\\b[^"]*"`).test(told), 'the name of the user');
    assert.ok(state.headers.every(({ authorization }) => authorization === 'geheim'));
  });

  it('cannot be verified with a token that the server refuses, nor where nobody listens', async () => {
    const { url } = await openServer((_, response) => response.writeHead(401).end());
    await assert.rejects(open(url).verify(), { code: 'validation', message: 'Unleash refuses the token' });
    await assert.rejects(open(NOWHERE).verify(), { code: 'unavailable', retryable: true });
  });

  it('go on when a listener throws', async () => {
    const { state, url } = await openServer();
    state.features = [feature('on', true)];
    const errors: PortError[] = [];
    const flags = open(url, { onError: (error) => errors.push(error) });
    const heard: string[] = [];
    flags.onChange(() => {
      throw new Error('oops');
    });
    flags.onChange((changed) => heard.push(...changed));
    await flags.verify();
    assert.deepEqual(heard, ['on']);
    assert.equal(errors.length, 1);
  });

  it('are told to whoever prints the bill, and refuse options that they do not know', async () => {
    const { url } = await openServer();
    const uses: Use[] = [];
    await open(url, { onUse: (use) => uses.push(use) }).verify();
    assert.deepEqual(uses[0], { operation: 'refresh', requests: 1 });
    assert.throws(() => open(url, { timeoutMs: 500 }), { code: 'validation' });
    assert.throws(() => open(url, { refresh: 1 } as Partial<UnleashFlagsOptions>), TypeError);
  });
});
