import assert from 'node:assert/strict';
import type { Entry } from '@verifiedfan/entry-service';
import { expectState } from './expected.ts';
import type { History } from './history.ts';
import { readManifest } from './manifest.ts';
import type { ModelState } from './model.ts';
import { allRows, emailKeyOf, observeState, sorted } from './observed.ts';
import { EMAILS, toModelRow } from './plan-rows.ts';
import type { RealServices } from './real-services.ts';

const ADDRESSES = EMAILS.map((email) => email.trim().toLowerCase());

/** Everything that must hold at the end of a history, whatever happened in it. */
export const assertHistory = async (history: History, services: RealServices): Promise<void> => {
  const expected = await expectState(history);
  const seen = await observeState(history.estate.platform.table('demandTable'), ADDRESSES);
  assert.deepEqual(sorted(seen.members), sorted(expected.members), 'member rows');
  assert.deepEqual(sorted(seen.fans), sorted(expected.fans), 'fan lists');
  assert.deepEqual(sorted(seen.counts), sorted(expected.counts), 'counts');
  await assertEntries(history, services, expected);
  await assertEvents(history, expected);
  await assertNothingLost(history);
};

const assertEntries = async (
  { plan: { campaigns, lateCampaign } }: History,
  services: RealServices,
  { members }: ModelState,
): Promise<void> => {
  const entries = await Promise.all([...campaigns, lateCampaign].map(({ _id }) => services.entriesOf(_id)));
  const scored = new Map(entries.flat().map((entry) => [`${entry.campaignId} ${entry.memberId}`, scoringOf(entry)]));
  const wanted = [...members].map(([name, { memberId: _, scoredAt, ...score }]) => {
    const atMs = Date.parse(scoredAt);
    return [name, { ...score, atMs }] as const;
  });
  assert.deepEqual(sorted(scored), sorted(new Map(wanted)), 'entries');
};

const scoringOf = ({ scoring }: Entry) => {
  if (scoring === undefined) return undefined;
  const { score, isVerified, verdict, rank, events, scoredAt, load, line } = scoring;
  return { score, isVerified, verdict, rank, events, load, line, atMs: Date.parse(scoredAt) };
};

type FanEvent = { type: string; subject: string; data: { kind: string; identifier: string; score?: number } };

/** Every row of a fan list was published as it stands, and what is on no list any more was published as removed. */
const assertEvents = async ({ estate, plan }: History, { fans }: ModelState): Promise<void> => {
  const stream = estate.platform.stream('campaignDataStream');
  const shards = await stream.shards();
  const reads = await Promise.all(shards.map(({ id }) => stream.read({ shard: id, limit: 10_000 })));
  const events = new Map<string, FanEvent[]>();
  for (const { data } of reads.flatMap(({ records }) => records)) {
    const event = JSON.parse(data as string) as FanEvent;
    const name = `${event.subject} ${event.data.kind} ${event.data.identifier}`;
    events.set(name, [...(events.get(name) ?? []), event]);
  }
  for (const [name, { score }] of fans) {
    const [campaignId = '', kind = '', identifier = ''] = name.split(' ');
    const published = events.get(`${campaignId} ${kind} ${kind === 'email' ? emailKeyOf(identifier) : identifier}`);
    assert.ok(
      published?.some(({ data }) => data.score === score),
      `${name} was published`,
    );
  }
  const listed = new Set([...fans.keys()].filter((name) => name.includes(' fan ')));
  const ids = new Set([...plan.campaigns, plan.lateCampaign].map(({ _id }) => _id));
  for (const [name, published] of events) {
    if (!name.includes(' fan ') || listed.has(name) || !ids.has(published[0]?.subject ?? '')) continue;
    assert.equal(published.at(-1)?.type, 'verifiedfan.fanlist.removed', `${name} was published as removed`);
  }
};

/** Law 5: each row of a load that counts was counted once, and those that are invalid are dead letters (or were put back). */
const assertNothingLost = async ({ estate, plan, uploads, redriven }: History): Promise<void> => {
  const { platform } = estate;
  const letters = new Set((await allRows(platform.table('deadLetterTable'))).map(({ position }) => position));
  for (const { key } of plan.files) {
    const { current } = await readManifest(platform.table('demandTable'), key);
    const made = uploads.find(({ info }) => info.sequencer === current?.sequencer);
    if (current === undefined || made === undefined) continue;
    const { rows } = made.upload;
    const invalid = rows.filter((row) => made.offers.get(toModelRow(row)?.campaignId ?? '') === undefined);
    assert.equal(current.count.in, rows.length, 'every row was read');
    assert.equal(current.count.invalid, invalid.length, 'and every invalid one found');
    for (const { line } of invalid) {
      const isBack = redriven.some((each) => each.loadId === current.loadId && each.line === line);
      const position = `scoringBucket/${key}@${current.load}:${line}`;
      assert.ok(isBack || letters.has(position), `line ${line} is a dead letter`);
    }
  }
};

/** Law 8: when nothing comes in, nothing happens; also not when everything that happened is delivered once more. */
export const assertQuiet = async ({ estate }: History): Promise<void> => {
  const before = await lengths(estate.platform);
  for (const consumer of estate.consumers) assert.ok(await consumer.idle(), `${consumer.name} has nothing to do`);
  await estate.deliverAgain();
  assert.deepEqual(await lengths(estate.platform), before, 'what came again changed no row and streamed no score');
};

/** How much there is on the streams that wake workers. */
const lengths = async (platform: History['estate']['platform']): Promise<Record<string, string | undefined>> => {
  const logs = { scores: platform.stream('scoresStream'), rows: platform.table('demandTable').changes };
  const newest: Record<string, string | undefined> = {};
  for (const [name, log] of Object.entries(logs))
    for (const { id } of await log.shards()) newest[`${name} ${id}`] = await log.latest(id);
  return newest;
};
