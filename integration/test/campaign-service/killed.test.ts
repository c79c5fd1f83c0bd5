import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { mapParallel } from '@verifiedfan/map-utils';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { HISTORIES, type History, live } from '../../../services/campaign-service/test/outbox/histories.ts';
import { createMortal, isWrite } from '../../../services/campaign-service/test/outbox/mortal.ts';
import { boot, outcomeOf } from '../../../services/campaign-service/test/outbox/worlds.ts';
import { lastStep, openFolder } from './killed-folder.ts';

/** Longer than the lease of the dead. */
const LEASE_MS = 30_000;
const TOGETHER = 2;

/** What happens when nothing goes wrong, and the names of all calls to ports on the way. */
const liveCalmly = async (test: TestContext, history: History) => {
  using folder = temporaryDirectory();
  const world = openFolder(folder.path);
  const mortal = createMortal();
  const calm = await boot(test, world, { mortal, holder: 'calm' });
  assert.equal(await live(calm, history), history.steps.length);
  await calm.listening.close();
  const outcome = await outcomeOf(world);
  world.close();
  return { calls: mortal.calls, outcome };
};

/** A process that kills itself behind this call, on the same files as what follows it. */
const killBehind = async (folder: string, history: History, call: number): Promise<void> => {
  const given = [join(import.meta.dirname, 'killed-child.ts'), folder, history.name, String(call)];
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'ignore', 'inherit'] });
  assert.deepEqual(await once(child, 'exit'), [null, 'SIGKILL']);
};

/** Repeats the request that was not answered, and goes on with those behind it. */
const goOn = async (test: TestContext, folder: string, history: History) => {
  const world = openFolder(folder);
  await world.clock.advance(LEASE_MS);
  const next = await boot(test, world, { mortal: createMortal(), holder: 'second' });
  assert.equal(await live(next, history, lastStep(folder)), history.steps.length);
  await next.service.relay.drain();
  await next.listening.close();
  const outcome = await outcomeOf(world);
  world.close();
  return outcome;
};

describe('a process of campaign-service that is killed behind any of its writing calls to a port', () => {
  for (const history of HISTORIES) {
    it(`leaves files in which the next one goes on as if nothing had been: ${history.name}`, async (test) => {
      const { calls, outcome } = await liveCalmly(test, history);
      const moments = [...calls.entries()]
        .filter(([, call]) => isWrite(call))
        .map(([index, call]) => ({ index, call }));
      assert.ok(moments.length > 30, `${moments.length} calls that write`);
      await mapParallel(
        moments,
        async ({ index, call }) => {
          using folder = temporaryDirectory();
          await killBehind(folder.path, history, index + 1);
          const name = `killed behind call ${index + 1} of ${calls.length}, ${call}`;
          assert.deepEqual(await goOn(test, folder.path, history), outcome, name);
        },
        { concurrency: TOGETHER },
      );
    });
  }
});
