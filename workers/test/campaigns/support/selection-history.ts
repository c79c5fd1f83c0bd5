import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { CampaignView } from '@verifiedfan/campaign-service';
import type { Item, JsonObject } from '@verifiedfan/ports';
import { workers } from '../../../index.ts';
import { memberKey } from '../../../scoring/domain/keys.ts';
import { type Chance, createChance } from '../../support/chance.ts';
import { isTransient } from '../../support/consumer.ts';
import type { DirectClients } from '../../support/direct-clients.ts';
import { assertEquations } from '../../support/equations.ts';
import { withFaults } from '../../support/faults.ts';
import { createTestHost, handlerOf, withServices } from '../../support/host.ts';
import { currentInvocation, runInvocation } from '../../support/invocation.ts';
import type { TestPlatform } from '../../support/platform.ts';
import { claimsOf, type RealServices } from '../../support/real-services.ts';
import { makeSetting } from '../../support/setting.ts';
import { createCounting, type RefreshAnswer, refreshEvent } from './selections.ts';

export type SelectionHistoryOptions = {
  seed: string;
  platform: TestPlatform;
  services: RealServices;
  clients: DirectClients;
};
export type SelectionHistory = { platform: TestPlatform; campaign: CampaignView; letters: number };

const ADMIN = claimsOf({ supreme: true });
const EVENTS = ['e1', 'e2', 'e3'];
const MEMBERS = 12;
const MOST_TURNS = 300;

const planRules = (chance: Chance): JsonObject | null =>
  chance.percent(15)
    ? null
    : {
        minScore: chance.between(0, 100) / 100,
        requireVerified: chance.percent(50),
        capacity: chance.between(1, 8),
      };

/** Lives through one: members are scored and go, promoters edit, and workers that fail, die and overlap refresh what was asked for. */
export const liveThroughSelections = async (options: SelectionHistoryOptions): Promise<SelectionHistory> => {
  const { seed, platform, services, clients } = options;
  const chance = createChance(`selections ${seed}`);
  const campaignId = `selections-${seed}`;
  await services.importCampaigns([
    {
      _id: campaignId,
      markets: EVENTS.map((eventId) => ({ eventId, selectionRules: { minScore: 0.3, capacity: 5 } })),
    },
  ]);
  const setting = makeSetting({ after: () => undefined }, { platform });
  const count = createCounting(setting);
  const table = platform.table('demandTable');
  const queue = platform.queue('refreshSelectionsQueue');
  const faultyHost = createTestHost({ platform: withFaults(platform) });
  const { find } = clients;
  /** A selection of older scores never follows one of newer scores, as long as there are rules. */
  const watch = async (): Promise<void> => {
    for (const { _id, selection } of (await read()).markets) {
      const before = newest.get(_id);
      if (selection === undefined) newest.delete(_id);
      else {
        assert.ok(before === undefined || selection.scoresVersion >= before, 'a selection went back');
        newest.set(_id, selection.scoresVersion);
      }
    }
  };
  let ended = 0;
  /** Some take so long to write what they have computed that others begin and end meanwhile. */
  const putSelection: DirectClients['putSelection'] = async (...selection) => {
    const isSlow = (currentInvocation()?.chance ?? chance).percent(30);
    const before = ended;
    for (let turns = 0; isSlow && ended === before && turns < MOST_TURNS; turns += 1) await nextTurn();
    const answer = await clients.putSelection(...selection);
    await watch();
    return answer;
  };
  const refreshing = handlerOf(
    'selectionRefresh',
    faultyHost,
    withServices(workers.selectionRefresh, { find, putSelection }),
  );
  const read = () => services.campaigns.manager.findById(campaignId, ADMIN);
  const asked: JsonObject[] = [];
  const newest = new Map<string, number>();

  const score = async (): Promise<void> => {
    const key = memberKey(campaignId, `m${chance.between(1, MEMBERS)}`);
    const events = chance.shuffled(EVENTS).slice(0, chance.between(1, 3));
    const isVerified = chance.oneOf([true, false, undefined]);
    const member = { ...key, score: chance.between(0, 1_000) / 1_000, events } as Item;
    if (isVerified !== undefined) member.isVerified = isVerified;
    await table.updateMany([chance.percent(15) ? { delete: key } : { put: member }]);
  };
  const edit = async (): Promise<void> => {
    const { _id: marketId } = chance.oneOf((await read()).markets);
    const patch: JsonObject = chance.oneOf([
      { selectionRules: planRules(chance) },
      { selectionRules: planRules(chance) },
      { status: chance.oneOf(['ACTIVE', 'CLOSED']) },
      { name: `N${chance.between(1, 9)}` },
    ]);
    await services.campaigns.markets.update({ campaignId, marketId }, patch, { ifMatch: () => '*', claims: ADMIN });
    // campaign-service asks for what a selection depends on; a name alone is not worth a message.
    if (patch.name === undefined) asked.push({ specversion: '1.0', subject: campaignId });
  };
  /** Counts what was scored, and asks, as the reporter does when it finds that nothing is under way. */
  const settle = async (): Promise<void> => {
    await count({ again: chance.percent(20) });
    asked.push({ campaignId });
  };
  const takeRequeued = async (): Promise<void> => {
    platform.clock.advance(5_000);
    const messages = await queue.receive({ max: 100 });
    await queue.deleteMany(messages.map(({ receiptHandle }) => receiptHandle));
    asked.push(...messages.map(({ body }) => JSON.parse(body) as JsonObject));
  };
  const refresh = async (own: Chance, faultPercent: number): Promise<void> => {
    const chosen = own.shuffled(asked).slice(0, own.between(1, 3));
    if (chosen.length === 0) return;
    const diesAtCall = faultPercent > 0 && own.percent(25) ? own.between(1, 8) : undefined;
    const event = refreshEvent(chosen);
    const handled = await runInvocation({ chance: own, faultPercent, diesAtCall }, async () => {
      try {
        const answer = (await refreshing(event)) as unknown as RefreshAnswer;
        assertEquations('selectionRefresh', answer as never);
        const failed = new Set(answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
        return chosen.filter((_, at) => !failed.has(event.Records[at]?.messageId ?? ''));
      } catch (error) {
        if (isTransient(error)) return [];
        throw error;
      }
    });
    // Acknowledged, or delivered a second time.
    for (const message of handled) {
      const at = asked.indexOf(message);
      const isRepeated = faultPercent > 0 && own.percent(20);
      if (at !== -1 && !isRepeated) asked.splice(at, 1);
    }
    await takeRequeued();
    ended += 1;
  };
  /** Something changes, and is refreshed, while others are at it. */
  const overtake = async (step: number): Promise<void> => {
    await chance.oneOf([score, edit])();
    await settle();
    await refresh(chance.fork(`overtake ${step}`), 8);
  };

  for (let steps = chance.between(10, 30); steps > 0; steps -= 1) {
    const fork = chance.fork(`step ${steps}`);
    const step = chance.oneOf([score, score, edit, settle, 'refresh', 'race', 'race']);
    if (typeof step === 'function') await step();
    else if (step === 'refresh') await refresh(fork, 8);
    else await Promise.all([refresh(fork, 8), refresh(chance.fork(`race ${steps}`), 8), overtake(steps)]);
    await watch();
  }
  // The last changes come while others still compute what was before them; what is asked for then is all that follows.
  const last = async (): Promise<void> => {
    await score();
    await settle();
    await refresh(chance.fork('last of all'), 0);
  };
  await Promise.all([refresh(chance.fork('last'), 8), refresh(chance.fork('and last'), 8), last()]);
  for (let rounds = 0; asked.length > 0 && rounds < 20; rounds += 1) {
    await Promise.all([refresh(chance.fork(`a ${rounds}`), 8), refresh(chance.fork(`b ${rounds}`), 8)]);
    await watch();
  }
  for (let rounds = 0; asked.length > 0 && rounds < 100; rounds += 1) {
    await refresh(chance, 0);
    await watch();
  }
  assert.deepEqual(asked, [], 'everything that was asked for comes to an end');
  return { platform, campaign: await read(), letters: (await setting.letters()).length };
};
