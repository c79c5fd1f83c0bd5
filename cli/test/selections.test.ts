import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type Estate, type EstateLog, openEstate } from '@verifiedfan/local';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { resources } from '@verifiedfan/workers/resources';
import { type Ran, runHere } from './support/run-here.ts';

type Market = { eventId: string };
type Campaign = { _id: string; markets: Market[] };
type Row = { score: number; isVerified?: boolean; events: string[] };
type Report = { workers: Record<string, unknown> };

const REGISTRANTS = '2000';
const log: EstateLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, at: () => log };

/** The services of a data directory without its workers. */
const within = async <Result>(directory: string, work: (estate: Estate) => Promise<Result>): Promise<Result> => {
  const estate = openEstate({
    directory: `${directory}/.verifiedfan`,
    owner: { pid: process.pid, command: 'test' },
    catalogue: resources,
    workers: {},
    log,
    configuration: { collectorHost: undefined, collectorPort: 4318 },
  });
  try {
    return await work(estate);
  } finally {
    await estate.close();
  }
};

const claimsIn = async (estate: Estate) => {
  const tokens = await estate.tokens();
  return tokens.verifier('campaign-service')(tokens.issue({ subject: 'test', supreme: true }));
};

const selectionsIn = (directory: string, id: string) =>
  within(directory, async (estate) => {
    const { campaigns } = await estate.services();
    const { markets } = await campaigns.manager.findById(id, await claimsIn(estate));
    return new Map(markets.map(({ eventId, selection }) => [eventId, selection]));
  });

/** Everything that would be eligible, by the rows themselves. */
const eligibleOf = (rows: readonly Row[], eventId: string, minScore: number, requireVerified: boolean): number =>
  rows.filter(
    ({ events, score, isVerified }) =>
      events.includes(eventId) && score >= minScore && (isVerified === true || !requireVerified),
  ).length;

describe('a generated on-sale whose markets have rules', () => {
  it('ends with the selections that its rows give, and follows new rules', async (test) => {
    const { path } = temporaryDirectory(test);
    const run = async (...argv: string[]): Promise<Ran> => {
      const ran = await runHere([...argv, '--json'], { directory: path });
      assert.equal(ran.code, 0, `${argv.join(' ')}: ${ran.err}`);
      return ran;
    };
    await run(
      'generate',
      'scores',
      '--registrants',
      REGISTRANTS,
      '--seed',
      '7',
      '--out',
      'a.csv',
      '--campaign',
      'c.json',
    );
    const document = JSON.parse(readFileSync(`${path}/c.json`, 'utf8')) as { campaigns: Campaign[] };
    const [campaign] = document.campaigns;
    assert.ok(campaign !== undefined && campaign.markets.length >= 3);

    // What the rows give is known only when they are loaded; loaded again under rules that fit, each status occurs.
    await run('campaign', 'import', 'c.json');
    const loaded = await run('load', 'a.csv');
    assert.ok(!Object.hasOwn(loaded.json<Report>().workers, 'selectionRefresh'), 'the report lists who had to do');
    const rows = (await run('rows', campaign._id)).lines<Row>();
    const [first, second, third] = campaign.markets.map(({ eventId }) => eventId) as [string, string, string];
    const rules = (eventId: string, percent: number, minScore: number, requireVerified: boolean) => {
      const eligible = eligibleOf(rows, eventId, minScore, requireVerified);
      assert.ok(eligible > 100, `${eventId} is asked for`);
      return { minScore, requireVerified, capacity: Math.ceil((eligible * 100) / percent) };
    };
    const wanted = new Map([
      [first, { status: 'oversubscribed', selectionRules: rules(first, 150, 0.31, true) }],
      [second, { status: 'balanced', selectionRules: rules(second, 95, 0.5, false) }],
      [third, { status: 'undersubscribed', selectionRules: rules(third, 50, 0.57, true) }],
    ]);
    for (const each of document.campaigns)
      for (const market of each === campaign ? each.markets : [])
        Object.assign(market, { selectionRules: wanted.get(market.eventId)?.selectionRules });
    writeFileSync(`${path}/c.json`, JSON.stringify(document));
    await run('campaign', 'import', 'c.json');
    await run('resume');

    const selections = await selectionsIn(path, campaign._id);
    for (const [eventId, { status, selectionRules }] of wanted) {
      const { minScore, requireVerified, capacity } = selectionRules;
      const selection = selections.get(eventId);
      const eligible = eligibleOf(rows, eventId, minScore, requireVerified);
      assert.deepEqual(
        { eligible: selection?.eligible, capacity: selection?.capacity, status: selection?.status },
        { eligible, capacity, status },
      );
    }

    // Scores that change are followed without anybody asking: half of the members go.
    const lines = readFileSync(`${path}/a.csv`, 'utf8').split('\n');
    writeFileSync(`${path}/a.csv`, lines.slice(0, Math.ceil(lines.length / 2)).join('\n'));
    await run('load', 'a.csv');
    const left = (await run('rows', campaign._id)).lines<Row>();
    assert.ok(left.length < rows.length);
    const after = await selectionsIn(path, campaign._id);
    for (const [eventId, { selectionRules }] of wanted) {
      const { minScore, requireVerified } = selectionRules;
      assert.equal(after.get(eventId)?.eligible, eligibleOf(left, eventId, minScore, requireVerified), eventId);
    }
  });
});
