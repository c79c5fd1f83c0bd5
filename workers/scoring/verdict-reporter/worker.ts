import type { JsonObject, Queue } from '@verifiedfan/ports';
import { createSlackBot } from '@verifiedfan/slack';
import { defineWorker, isObject, RejectError, sqs, toError, type WorkerRecord } from '@verifiedfan/worker';
import { createCampaigns } from '../domain/campaigns.ts';
import { askForSelections } from './ask-for-selections.ts';
import { type CheckResult, checkCampaign, type Seen } from './check-campaign.ts';
import { createSlackClaims } from './slack-claim.ts';

/** How long a check waits for everything in front of it to drain before it is put back, in milliseconds. */
const DRAIN_MS = 10_000;
/** Between two checks of a campaign that is not settled, in seconds; with the attempts this gives a load an hour to settle. */
const REQUEUE_DELAY_SECONDS = 5;
const MAX_ATTEMPTS = 720;

/** A load that ended asks for all campaigns that it may have changed; a check that was put back, for one of them. */
type ReportMessage = { campaigns: string[] } | { campaignId: string; attempt: number; seen: Seen | undefined };
type Check = { campaignId: string; attempt: number; seen: Seen | undefined; records: Set<WorkerRecord> };

/**
 * Posts a campaign's counts to Slack once they are settled and differ from the last post, and asks for its selections. One check per
 * campaign and batch: input = requeue + slack + bypass, each with what failed.
 */
export const verdictReporter = defineWorker({
  purpose: "Posts a campaign's counts to Slack once they are settled and differ from the last post.",
  source: sqs('verdictReporterQueue', { batchSize: 10, maxConcurrency: 2 }),
  reads: ['demandTable/campaign:*/meta:counts*', 'demandTable/campaign:*/meta:slack:counts* get'],
  writes: ['demandTable/campaign:*/meta:slack:counts* update', 'refreshSelectionsQueue'],
  requeues: ['verdictReporterQueue'],
  secrets: ['slackBotToken', 'slackChannel', 'tokenKeys'],
  calls: ['slack', 'campaignService'],
  async services(kit) {
    const { clock, random } = kit;
    const table = kit.table('demandTable');
    const campaigns = createCampaigns(kit);
    return {
      table,
      clock,
      upstream: kit.upstream,
      queue: kit.queue('verdictReporterQueue'),
      selections: kit.queue('refreshSelectionsQueue'),
      claims: createSlackClaims({ table, clock }),
      slack: createSlackBot({
        baseUrl: kit.endpoint('slack'),
        token: await kit.secrets.get('slackBotToken'),
        clock,
        random,
        deadlineMs: 20_000,
      }),
      channel: await kit.secrets.get('slackChannel'),
      nameOf: async (campaignId: string): Promise<string> => {
        const name = (await campaigns.find(campaignId))?.name;
        return typeof name === 'string' ? name : campaignId;
      },
    };
  },
  async handle(records, { services, reject, fail, retry, log }) {
    const checks = gatherChecks(records, reject);
    const counts = { requeue: { success: 0, failed: 0 }, slack: { success: 0, failed: 0 }, bypass: { success: 0 } };
    const posted: JsonObject[] = [];
    const ended: Check[] = [];
    const settled =
      checks.size === 0
        ? 'drained'
        : await services.upstream.drained({ worker: 'verdictReporter', timeoutMs: DRAIN_MS });
    for (const check of checks.values()) {
      const result = await tryCheck({ ...services, ...check, settled });
      // That Slack refused changes nothing about the scores.
      if (result.outcome !== 'later') ended.push(check);
      if (result.outcome === 'posted') {
        counts.slack.success += 1;
        posted.push({ campaignId: check.campaignId, counts: result.counts });
      } else if (result.outcome === 'bypassed') counts.bypass.success += 1;
      else if (result.outcome === 'failed') {
        counts.slack.failed += 1;
        log.warn('the verdict was not posted', { campaignId: check.campaignId, error: result.error });
        for (const record of check.records)
          result.retry ? retry(record, result.error) : reject(record, result.error.message);
      } else {
        const error = await requeue(services.queue, check, result.seen);
        counts.requeue[error === undefined ? 'success' : 'failed'] += 1;
        if (error !== undefined) for (const record of check.records) fail(record, error);
      }
    }
    await askForSelections(services.selections, ended, retry);
    return { counts: { input: checks.size, ...counts }, posted };
  },
});

const tryCheck = async (options: Parameters<typeof checkCampaign>[0]): Promise<CheckResult> => {
  try {
    return await checkCampaign(options);
  } catch (thrown) {
    return { outcome: 'failed', error: toError(thrown), retry: true };
  }
};

/** One check per campaign, whatever the number of messages that ask for it. */
const gatherChecks = (
  records: readonly WorkerRecord[],
  reject: (record: WorkerRecord, reason: string) => void,
): Map<string, Check> => {
  const checks = new Map<string, Check>();
  const add = (record: WorkerRecord, campaignId: string, attempt: number, seen: Seen | undefined): void => {
    const check = checks.get(campaignId) ?? { campaignId, attempt, seen, records: new Set() };
    check.attempt = Math.min(check.attempt, attempt);
    check.seen ??= seen;
    check.records.add(record);
    checks.set(campaignId, check);
  };
  for (const record of records) {
    const message = readMessage(record.data);
    if (message === undefined) reject(record, 'the message names neither a load nor a campaign');
    else if ('campaignId' in message) add(record, message.campaignId, message.attempt, message.seen);
    else for (const campaignId of message.campaigns) add(record, campaignId, 0, undefined);
  }
  return checks;
};

const readMessage = (data: unknown): ReportMessage | undefined => {
  if (!isObject(data)) return undefined;
  const { campaigns, campaignId, attempt, seen } = data;
  if (isListOfTexts(campaigns)) return { campaigns };
  if (typeof campaignId !== 'string' || !Number.isSafeInteger(attempt) || !(seen === undefined || isSeen(seen)))
    return undefined;
  return { campaignId, attempt: attempt as number, seen };
};

const isListOfTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string');
const isSeen = (value: unknown): value is Seen =>
  isObject(value) && isObject(value.counts) && typeof value.sinceMs === 'number';

const requeue = async (queue: Queue, { campaignId, attempt }: Check, seen: Seen): Promise<Error | undefined> => {
  if (attempt + 1 >= MAX_ATTEMPTS) return new RejectError('the counts did not settle within the allowed attempts');
  const message: JsonObject = { campaignId, attempt: attempt + 1, seen };
  try {
    const [result] = await queue.sendMany([{ body: JSON.stringify(message), delaySeconds: REQUEUE_DELAY_SECONDS }]);
    return result !== undefined && 'error' in result ? result.error : undefined;
  } catch (thrown) {
    return toError(thrown);
  }
};
