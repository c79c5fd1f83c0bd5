import type { TestContext } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, Database } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createCampaignService } from '../src/index.ts';

export { type CallOptions, type Claims, dataOf, errorOf, openDatabase, tokenOf } from '@verifiedfan/service/testing';

/** Longer than those wait who meet others at one campaign, shorter than anything else that waits. */
const SHORT_MS = 200;

/** The same clock, but short sleeps pass by themselves: nobody stands by to move the time on while many change one campaign at once. */
export const withShortSleeps = (clock: Clock): Clock => ({
  now: () => clock.now(),
  sleep: (durationMs, signal) => (durationMs > SHORT_MS ? clock.sleep(durationMs, signal) : wait(durationMs)),
});

/** The service on a free port with strict contracts, closed when the test ends. */
export const startService = (context: TestContext, options: { database?: Database } = {}) =>
  startServiceFor(
    context,
    (parts) => createCampaignService({ ...parts, clock: withShortSleeps(parts.clock) }),
    options,
  );
