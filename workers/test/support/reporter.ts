import { createSandbox, SANDBOX_SLACK, type Sandbox, slackStandIn } from '@verifiedfan/sandbox';
import { createSlackBot, type Slack } from '@verifiedfan/slack';
import { createSeededRandom, makeSqsInput } from '@verifiedfan/test-utils';
import type { Upstream } from '@verifiedfan/worker';
import { countsKey } from '@verifiedfan/worker';
import { workers } from '../../index.ts';
import type { Counts } from '../../scoring/domain/counts.ts';
import { createSlackClaims } from '../../scoring/verdict-reporter/slack-claim.ts';
import { createTestClock } from './clock.ts';
import { withServices } from './host.ts';
import type { Owner } from './owner.ts';
import { openTestPlatform } from './platform.ts';
import { makeSetting } from './setting.ts';

export type ReporterAnswer = {
  counts: {
    input: number;
    requeue: { success: number; failed: number };
    slack: { success: number; failed: number };
    bypass: { success: number };
  };
  posted: { campaignId: string; counts: Counts }[];
  batchItemFailures: unknown[];
};
export const NOTHING_REPORTED: ReporterAnswer['counts'] = {
  input: 0,
  requeue: { success: 0, failed: 0 },
  slack: { success: 0, failed: 0 },
  bypass: { success: 0 },
};

export type ReporterOptions = {
  settled?: 'drained' | 'busy' | 'unknown';
  /** Put in place of the worker's own services. */
  replace?: Readonly<Record<string, unknown>>;
};

/** verdictReporter in front of the Slack stand-in. */
export const startReporter = async (owner: Owner, { settled = 'drained', replace = {} }: ReporterOptions = {}) => {
  const clock = createTestClock();
  const platform = openTestPlatform(owner, { clock });
  const random = createSeededRandom({ seed: 'slack' });
  const standIn = slackStandIn({ rateLimit: false });
  const sandbox: Sandbox = createSandbox({ clock, random, standIns: [standIn] });
  const baseUrl = `${await sandbox.listen()}/slack/api`;
  owner.after(() => sandbox.close());
  const state = { settled };
  const drained: Upstream['drained'] = async () => state.settled;
  const setting = makeSetting(owner, { platform, endpoint: () => baseUrl, drained });
  const bot: Slack = createSlackBot({ baseUrl, token: SANDBOX_SLACK.token, clock, random });
  owner.after(() => bot.close());
  const nameOf = async (campaignId: string): Promise<string> => `The ${campaignId}`;
  const worker = withServices(workers.verdictReporter, { nameOf, ...replace });
  const table = platform.table('demandTable');
  return {
    ...setting,
    clock,
    table,
    bot,
    baseUrl,
    slack: sandbox.standIn('slack'),
    claims: createSlackClaims({ table, clock }),
    /** Whether the platform calls everything upstream done. */
    state,
    run: (bodies: readonly unknown[]) =>
      setting.run<ReporterAnswer>(
        'verdictReporter',
        makeSqsInput(
          bodies.map((body) => ({ body: JSON.stringify(body) })),
          { queue: 'verdictReporterQueue' },
        ),
        worker,
      ),
    async setCounts(verified: number, campaignId = 'tour') {
      await table.updateMany([{ put: { ...countsKey(campaignId), verified, rejected: 0, selected: 0 } }]);
    },
    /** What Slack has. */
    posts: async () => (await sandbox.standIn('slack').received()).map(({ entry }) => entry as { text: string }),
    /** What the worker sent back to its own queue. */
    async requeued() {
      const { messages } = await platform.queue('verdictReporterQueue').peek({ limit: 100 });
      return messages.map(({ body }) => JSON.parse(body) as { campaignId: string; attempt: number; seen: unknown });
    },
  };
};

export const CHECK = { campaignId: 'tour', attempt: 0 };
