import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { awsConnection, openOwnServer, serverAddress } from '../../src/index.ts';
import { answersBytes } from '../../src/servers/probes.ts';

const portOf = (address: string): number => Number(new URL(address).port);
const ping = (address: string): Promise<boolean> =>
  answersBytes(portOf(address), {
    send: Buffer.from('PING\r\n'),
    enough: (answer) => answer.toString().startsWith('+PONG'),
  });

describe('servers of a run', () => {
  it('answer where the harness says', async () => {
    assert.equal(await ping(serverAddress('redis')), true);
  });

  it('give every test file an account of its own on ministack', () => {
    const { credentials, endpoint } = awsConnection('ministack');
    assert.match(credentials?.accessKeyId ?? '', /^\d{12}$/);
    assert.equal(endpoint, serverAddress('ministack'));
  });

  it('can be stopped and started again on the same port when a test has one of its own', async (test) => {
    const server = await openOwnServer('redis');
    test.after(() => server.close());
    assert.notEqual(server.address, serverAddress('redis'));
    assert.equal(await ping(server.address), true);
    await server.stop();
    assert.equal(await ping(server.address), false);
    await server.start();
    assert.equal(await ping(server.address), true);
    await server.close();
    assert.equal(await ping(server.address), false);
    assert.equal(await ping(serverAddress('redis')), true);
  });
});
