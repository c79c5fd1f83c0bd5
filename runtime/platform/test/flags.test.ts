import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createMemoryMetrics } from '@verifiedfan/embedded';
import { PortError } from '@verifiedfan/ports';
import { createAwsPlatform, openUnleashFlags } from '../src/aws/index.ts';

/** A STAND-IN for an Unleash server that takes one token and knows one flag, which is off. */
const startUnleash = async (test: TestContext) => {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers.authorization);
    const features = [{ name: 'loads', enabled: false, strategies: [{ name: 'default' }], variants: [] }];
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ version: 2, features }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(() => {
    server.closeAllConnections();
    return new Promise((closed) => server.close(closed));
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` };
};

const open = (
  test: TestContext,
  { unleashUrl, token, flags = {} }: { unleashUrl?: string; token?: string; flags?: Record<string, boolean> },
) =>
  createAwsPlatform({
    catalogue: {},
    names: { prefix: 'stage-one' },
    kinds: {},
    metrics: createMemoryMetrics(),
    secrets: {
      async get() {
        if (token === undefined) throw new PortError({ code: 'not_found', message: 'there is no secret of this name' });
        return token;
      },
    },
    flags: (context) => openUnleashFlags(context, { flags, unleashUrl }),
  }).then((platform) => {
    test.after(() => platform.close());
    return platform.flags;
  });

describe('flags on AWS', () => {
  it('are those of the configuration where no server is named, and nobody is asked for a token', async (test) => {
    const flags = await open(test, { flags: { loads: false } });
    assert.deepEqual(
      ['loads', 'posts', 'toString'].map((flag) => flags.isEnabled(flag, true)),
      [false, true, true],
    );
  });

  it('are those of the server from the first question on, with the token of the stage', async (test) => {
    const { url, asked } = await startUnleash(test);
    const flags = await open(test, { unleashUrl: url, token: 'hush', flags: { loads: true, posts: false } });
    assert.deepEqual(
      ['loads', 'posts'].map((flag) => flags.isEnabled(flag, true)),
      [false, false],
    );
    assert.equal(asked[0], 'hush');
  });

  it('are those of the configuration when the server cannot be reached: nothing is switched off by that', async (test) => {
    const flags = await open(test, { unleashUrl: 'http://127.0.0.1:1/api', token: 'hush', flags: { posts: false } });
    assert.deepEqual(
      ['loads', 'posts'].map((flag) => flags.isEnabled(flag, true)),
      [true, false],
    );
  });

  it('of a server without a token end the start, which names the secret', async (test) => {
    await assert.rejects(open(test, { unleashUrl: 'http://127.0.0.1:1/api' }), {
      code: 'not_found',
      message: /stage-one\/unleashToken.*a token for backends of Unleash/,
    });
  });
});
