import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { HISTORIES, type History, live } from './histories.ts';
import { createMortal, isWrite } from './mortal.ts';
import { boot, newWorld, outcomeOf } from './worlds.ts';

/** Longer than the lease of the dead. */
const LEASE_MS = 30_000;

/** The first history dies behind calls that only read as well; for the second one it would only take longer. */
const isWorthDying = (call: string, history: History): boolean => history === HISTORIES[0] || isWrite(call);

/** What happens when nothing goes wrong, and all calls to ports on the way. */
const liveCalmly = async (context: TestContext, history: History) => {
  const world = newWorld(context);
  const mortal = createMortal();
  const process = await boot(context, world, { mortal, holder: 'calm' });
  assert.equal(await live(process, history), history.steps.length);
  await process.listening.close();
  const [first, ...others] = world.receivers.seenBy('campaignDataStream');
  const seen = [first, ...others].filter((told) => told !== undefined && told.campaign === first?.campaign);
  return { calls: mortal.calls, outcome: await outcomeOf(world), seen };
};

/** One process dies behind a call; the next one repeats the request that was not answered, and those behind it. */
const liveTwice = async (context: TestContext, history: History, diesAfter: number) => {
  const world = newWorld(context);
  const mortal = createMortal({ diesAfter });
  const dying = await boot(context, world, { mortal, holder: 'first' });
  const ended = await live(dying, history);
  assert.ok(mortal.isDead);
  await dying.listening.close();
  await world.clock.advance(LEASE_MS);
  const next = await boot(context, world, { mortal: createMortal(), holder: 'second' });
  assert.equal(await live(next, history, ended), history.steps.length);
  await next.service.relay.drain();
  await next.listening.close();
  return outcomeOf(world);
};

describe('a process that dies behind any of its calls to a port', () => {
  for (const history of HISTORIES) {
    it(`leaves everything as if it had lived, and each receiver sees each event once, in order: ${history.name}`, async (context) => {
      const { calls, outcome, seen } = await liveCalmly(context, history);
      assert.deepEqual(
        seen.map((told) => `${told?.sequence} ${told?.type}`),
        history.types.map((type, index) => `${index + 1} verifiedfan.${type}`),
      );
      assert.ok(calls.length > 60, `${calls.length} calls`);
      for (const [index, call] of calls.entries()) {
        if (!isWorthDying(call, history)) continue;
        const name = `dies behind call ${index + 1} of ${calls.length}, ${call}`;
        assert.deepEqual(await liveTwice(context, history, index + 1), outcome, name);
      }
    });
  }
});
