import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { Lambda, S3 } from '../../src/index.ts';
import { json, startService } from '../clients/fake-service.ts';

const CALLS = 66;
const AT_ONCE = 64;

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

describe('more calls than a client makes at once', () => {
  it('wait for their turn however long it takes, and none fails for it', async (context) => {
    const held: ServerResponse[] = [];
    const { connection, seen } = await startService(context, (_, response) => held.push(response), { maxAttempts: 1 });
    const { invoke } = Lambda({ connection });
    // The SDK's timers are moved by hand: so long that a connection must have been made.
    context.mock.timers.enable({ apis: ['setTimeout'] });
    const running = Array.from({ length: CALLS }, (_, number) => invoke({ FunctionName: 'f', Payload: { number } }));
    await until(() => seen.length === AT_ONCE);
    for (let second = 0; second < 60; second += 1) context.mock.timers.tick(1_000);
    assert.equal(seen.length, AT_ONCE);
    for (const response of held.splice(0)) json(response, 'done');
    await until(() => held.length === CALLS - AT_ONCE);
    for (const response of held) json(response, 'done');
    assert.deepEqual(new Set(await Promise.all(running)), new Set(['done']));
    const numbers = seen.map(({ body }) => (JSON.parse(body.toString()) as { number: number }).number);
    assert.deepEqual(numbers.slice(AT_ONCE), [64, 65], 'in the order in which they came');
  });

  it('are not kept waiting by bodies that are still being read', async (context) => {
    const { connection } = await startService(
      context,
      (_, response) => {
        response.writeHead(200, { 'content-length': '3', etag: '"e"' });
        response.write('a');
      },
      { maxAttempts: 1 },
    );
    const { getObject } = S3({ connection });
    const objects = await Promise.all(
      Array.from({ length: CALLS }, (_, number) => getObject({ Bucket: 'scores', Key: `${number}` })),
    );
    assert.equal(objects.length, CALLS);
    for (const { body } of objects) body.destroy();
  });
});
