import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { createTestClock } from '../support/clock.ts';
import { createDirectClients } from '../support/direct-clients.ts';
import { createOwner } from '../support/owner.ts';
import { openTestBucket, openTestPlatform } from '../support/platform.ts';
import { createRealServices } from '../support/real-services.ts';
import { assertSelections } from './support/assert-selections.ts';
import { liveThroughSelections } from './support/selection-history.ts';

/** `FIRST_SEED=1000 HISTORIES=5000 npx node --test workers/test/campaigns/selection-histories.test.ts` looks further. */
const first = Number(process.env.FIRST_SEED ?? 1);
const count = Number(process.env.HISTORIES ?? 25);

describe('selections, over seeded histories of scores, edits, faults, deaths, races and repetitions', () => {
  const owner = createOwner();
  after(() => owner.end());
  const clock = createTestClock();
  const services = createRealServices(owner, clock);
  const clients = createDirectClients(services);
  const bucket = openTestBucket(owner, clock);

  it('end as the members and the rules say, at the versions that stand, and never go back', async () => {
    for (let seed = first; seed < first + count; seed += 1) {
      const own = createOwner();
      try {
        const platform = openTestPlatform(own, { seed, clock, bucket });
        const history = await liveThroughSelections({ seed: `${seed}`, platform, services, clients });
        await assertSelections(history);
      } catch (cause) {
        assert.fail(new Error(`the history of seed ${seed} goes wrong`, { cause }));
      } finally {
        await own.end();
      }
    }
  });
});
