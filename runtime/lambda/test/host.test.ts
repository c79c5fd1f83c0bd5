import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import { PortError } from '@verifiedfan/ports';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { createHost } from '../src/host.ts';

const log = { debug() {}, info() {}, warn() {}, error() {} };

describe('what a function offers to its worker', () => {
  it('makes and checks tokens without whatever else the platform would open', async (test) => {
    const { clock, random, metrics, flags, secrets, close } = createEmbeddedPlatform({
      directory: temporaryDirectory(test).path,
      catalogue: {},
    });
    test.after(close);
    const refuse = (): never => {
      throw new PortError({ code: 'not_found', message: 'nothing of this is in the catalogue of a function' });
    };
    const platform = {
      ...{ clock, random, metrics, flags, secrets, close },
      ...{
        table: refuse,
        stream: refuse,
        queue: refuse,
        bucket: refuse,
        cache: refuse,
        topic: refuse,
        database: refuse,
        notifications: refuse,
      },
      get checkpoints() {
        return refuse();
      },
    };
    const { workerToken, verifyToken } = createHost({ name: 'a', platform, log, tracer: undefined, endpoints: {} });
    const token = await workerToken('entry-service')();
    assert.deepEqual((await verifyToken({ token, audience: 'entry-service' })).permissions, ['entries:score']);
  });
});
