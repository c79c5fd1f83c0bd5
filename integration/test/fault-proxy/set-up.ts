import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { AwsConnection } from '@verifiedfan/aws';
import { systemClock } from '@verifiedfan/embedded';
import { PortError, type PortErrorCode } from '@verifiedfan/ports';
import { createFaultProxy, createTcpFaultProxy, type FaultProxy } from '@verifiedfan/sandbox';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { type AwsServerName, awsConnection, serverAddress } from '../../src/index.ts';

const SEED = 4;

/** A proxy in front of a server of this run, and the connection that goes through it. Faults are the same in every run. */
export const startProxy = async (
  test: TestContext,
  server: AwsServerName,
): Promise<{ proxy: FaultProxy; connection: AwsConnection }> => {
  const target = serverAddress(server);
  const proxy = createFaultProxy({ target, clock: systemClock, random: createSeededRandom({ seed: SEED }) });
  test.after(() => proxy.close());
  return { proxy, connection: awsConnection(server, { endpoint: await proxy.listen() }) };
};

/** A proxy in front of a server that speaks a protocol of its own. Resolves with it and its port. */
export const startTcpProxy = async (test: TestContext, { port, isBroker }: { port: number; isBroker?: boolean }) => {
  const random = createSeededRandom({ seed: SEED });
  const proxy = createTcpFaultProxy({ target: { port }, isBroker, clock: systemClock, random });
  test.after(() => proxy.close());
  return { proxy, port: await proxy.listen() };
};

/** Says whether an error is one of the ports, with this code, and says nothing of credentials. */
export const isPortError = (code: PortErrorCode, resource?: string) => (error: unknown) => {
  assert.ok(error instanceof PortError, String(error));
  assert.equal(error.code, code);
  if (resource !== undefined) assert.equal(error.resource, resource);
  return true;
};

/** That each kind of fault struck at least once: without that a test would prove nothing. */
export const assertStruck = (proxy: Pick<FaultProxy, 'counts'>, ...kinds: readonly string[]): void => {
  const { injected } = proxy.counts();
  for (const kind of kinds) assert.ok((injected[kind] ?? 0) > 0, `${kind} struck nothing: ${JSON.stringify(injected)}`);
};

export const HOUR_MS = 3_600_000;
