import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createSeededRandom } from '@verifiedfan/test-utils';
import { createRig, passUntil, sequencesOf } from './support.ts';

const down = new PortError({ code: 'unavailable', message: 'gone' });
const CAMPAIGNS = ['a', 'a.b', 'b', 'c-1', 'c.1', 'd', 'e', 'f'];
const ROUNDS = 40;

describe('two relays, writers, and a destination that fails every third time', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    it(`bring every event once, in the order of its campaign, to who looks at sequences (seed ${seed})`, async (context) => {
      const { publish, relayWith, receivers, clock } = createRig(context, { pageSize: 7 });
      const chance = createSeededRandom({ seed });
      const { putMany } = receivers.destinations.campaignDataStream;
      let isFair = false;
      const unsteady: typeof receivers.destinations.campaignDataStream = {
        async putMany(entries) {
          const fate = isFair ? 1 : chance.next();
          if (fate < 0.1) throw down;
          const answers = await putMany(entries);
          // It has arrived, and the caller is told that it has not.
          return fate < 0.35 ? answers.map((answer) => (chance.next() < 0.5 ? answer : { error: down })) : answers;
        },
      };
      const destinations = { campaignDataStream: unsteady };
      const relays = ['one', 'two'].map((holder) => relayWith({ holder, destinations }));
      for (const relay of relays) relay.start();
      const written = new Map(CAMPAIGNS.map((id) => [id, [] as number[]]));
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const id of CAMPAIGNS) {
          if (chance.next() < 0.4) continue;
          const sequence = (written.get(id)?.at(-1) ?? 0) + 1 + Math.floor(chance.next() * 3);
          await publish(id, sequence);
          written.get(id)?.push(sequence);
        }
        if (chance.next() < 0.7) relays[Math.floor(chance.next() * 2)]?.wake();
        await clock.advance(Math.floor(chance.next() * 4_000));
      }
      isFair = true;
      await clock.advance(3_600_000);
      const lastOf = (id: string) => sequencesOf(receivers.seenBy('campaignDataStream'), id).at(-1);
      const isDone = (): boolean =>
        CAMPAIGNS.every((id) => lastOf(id) === written.get(id)?.at(-1)) && !relays.some((relay) => relay.busy());
      await passUntil(clock, isDone);
      await Promise.all(relays.map((relay) => relay.stop()));
      assert.deepEqual(await relays[0]?.depth(), { unsent: 0, dead: 0 });
      for (const id of CAMPAIGNS)
        assert.deepEqual(sequencesOf(receivers.seenBy('campaignDataStream'), id), written.get(id), id);
    });
  }
});
