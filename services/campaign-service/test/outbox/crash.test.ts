import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Database } from '@verifiedfan/ports';
import { startServiceFor } from '@verifiedfan/service/testing';
import { createManualClock, type ManualClock } from '@verifiedfan/test-utils';
import { type CampaignView, createCampaignService, type OutboxRow } from '../../src/index.ts';
import { aCampaign, CREATOR } from '../fixtures.ts';
import { dataOf, openDatabase } from '../support.ts';
import { createMortal, type Mortal } from './mortal.ts';
import { createReceivers, type Receivers } from './support.ts';

const SUPREME = { sub: 'admin', supreme: true };
const SITES = ['old.example.com', 'new.example.com'];

/** Everything outside of the process that dies. */
type World = { database: Database; receivers: Receivers; clock: ManualClock };

const boot = async (context: TestContext, world: World, { mortal, holder }: { mortal: Mortal; holder: string }) => {
  const started = await startServiceFor(
    context,
    (parts) =>
      createCampaignService({
        ...parts,
        clock: world.clock,
        database: mortal.database(world.database),
        destinations: mortal.destinations(world.receivers.destinations),
        relay: { holder },
      }),
    { database: world.database },
  );
  const change = (path: string, json?: unknown) =>
    started.call(path, {
      method: 'POST',
      json,
      claims: path.endsWith('refresh') ? SUPREME : CREATOR,
      headers: { 'if-match': '*' },
    });
  return { ...started, change };
};
type Process = Awaited<ReturnType<typeof boot>>;

const PAST = { open: '2026-01-01T00:00:00Z', close: '2026-01-02T00:00:00Z' };
const document = aCampaign({
  timezone: 'UTC',
  domain: { site: SITES[0] },
  markets: [{ eventId: 'e1', date: { event: '2026-06-01T00:00:00Z' } }, { eventId: 'e2' }],
});

/** What a campaign goes through; each step does nothing more when it is done already. */
const STEPS: { name: string; run: (process: Process) => Promise<{ status: number }>; done: readonly number[] }[] = [
  { name: 'create', run: ({ change }) => change('/campaigns', document), done: [201, 409] },
  {
    name: 'update',
    run: ({ change }) =>
      change('/campaigns/tour-2027', {
        domain: { site: SITES[1] },
        date: PAST,
        markets: [{ eventId: 'e1', status: 'CLOSED' }],
      }),
    done: [200],
  },
  { name: 'refresh', run: ({ change }) => change('/campaigns/refresh'), done: [200] },
  { name: 'cancel', run: ({ change }) => change('/campaigns/tour-2027/cancel'), done: [200] },
];

/** Runs the steps from one on, each followed by the relay; answers at which it ended. */
const live = async (process: Process, from = 0): Promise<number> => {
  for (const [index, { run, done }] of STEPS.entries()) {
    if (index < from) continue;
    const { status } = await run(process);
    if (!done.includes(status)) return index;
    try {
      await process.service.relay.drain();
    } catch {
      return index + 1;
    }
  }
  return STEPS.length;
};

const HISTORY = ['created', 'updated', 'opened', 'closed', 'cancelled'].map((type) => `verifiedfan.campaign.${type}`);

const assertWhole = async ({ database, receivers }: World, view: CampaignView, name: string): Promise<void> => {
  const [campaign] = await database.collection('campaigns').find();
  const rows = await database.collection<OutboxRow>('outbox').find();
  assert.deepEqual([campaign?.sequence, campaign?.version, view.status], [5, 5, 'INACTIVE'], name);
  for (const at of ['campaignDataStream', 'dataPipelineQueue']) {
    const seen = receivers.seenBy(at);
    assert.deepEqual(
      seen.map(({ type }) => type),
      HISTORY,
      `${name}: ${at}`,
    );
    assert.deepEqual(
      seen.map(({ id }) => id),
      [1, 2, 3, 4, 5].map((sequence) => `tour-2027.${sequence}`),
      name,
    );
  }
  for (const at of ['attendanceQueue', 'refreshSelectionsQueue'])
    assert.deepEqual(
      receivers.seenBy(at).map(({ sequence }) => sequence),
      [1, 2],
      `${name}: ${at}`,
    );
  const purged = new Set(receivers.purged.flat());
  assert.deepEqual([...purged].sort(), ['campaign/tour-2027', ...SITES.map((site) => `site/${site}`)].sort(), name);
  assert.ok(
    rows.every(({ sentAt, unsent, deadAt }) => sentAt !== undefined && unsent === undefined && deadAt === undefined),
    name,
  );
};

const newWorld = (context: TestContext): World => ({
  database: openDatabase(context),
  receivers: createReceivers(),
  clock: createManualClock(),
});

describe('a process that dies behind any of its calls to a port', () => {
  it('leaves campaigns and outbox whole, and each receiver sees every event once, in order', async (context) => {
    const calm = createMortal();
    const process = await boot(context, newWorld(context), { mortal: calm, holder: 'calm' });
    assert.equal(await live(process), STEPS.length);
    await process.listening.close();
    assert.ok(calm.calls.length > 60, `${calm.calls.length} calls`);

    for (const [index, call] of calm.calls.entries()) {
      const name = `dies behind call ${index + 1}, ${call}`;
      const world = newWorld(context);
      const mortal = createMortal({ diesAfter: index + 1 });
      const first = await boot(context, world, { mortal, holder: 'first' });
      const ended = await live(first);
      assert.ok(mortal.isDead, name);
      await first.listening.close();
      // The lease of the dead runs out.
      await world.clock.advance(30_000);
      const second = await boot(context, world, { mortal: createMortal(), holder: 'second' });
      assert.equal(await live(second, ended), STEPS.length, name);
      await second.service.relay.drain();
      const view = dataOf<CampaignView>(await second.call('/campaigns/tour-2027', { claims: SUPREME }));
      await assertWhole(world, view, name);
      await second.listening.close();
    }
  });
});
