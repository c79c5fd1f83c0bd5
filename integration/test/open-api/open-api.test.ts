import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { request } from '@verifiedfan/test-utils';
import { runOptions } from '../../src/index.ts';
import { runTester, type TesterOptions } from './run-tester.ts';
import { seedCampaigns } from './seed-campaigns.ts';
import {
  type Line,
  type Rights,
  type StartedService,
  startCampaignService,
  startEntryService,
} from './start-services.ts';

const SUPREME: Rights = { subject: 'admin', supreme: true };
/** Nothing on most campaigns, and a little on one. */
const POOR: Rights = { subject: 'fan', campaigns: { 'open-1': { actions: ['update'] } } };
/** Routes that have nobody to ask where no partner is. */
const PARTNERS = '^/(?:artists|venues|events|admin|campaigns/[{]campaignId[}]/markets)';

/** Bodies can be long; what is wrong with them stands before and behind. */
const MAX_LINE = 4_000;

/** What the tester says, to repeat what it found. */
const shorten = (output: string): string =>
  output
    .split('\n')
    .map((line) => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}… (${line.length} characters)` : line))
    .join('\n');

type Given = Pick<TesterOptions, 'known' | 'paths'> & {
  rights: Rights;
  /** Whether the service lacks its partners, and may say so. @default false */
  alone?: boolean;
};

const answersOf = (lines: readonly Line[]): Line[] => lines.filter(({ message }) => message === 'request');

/** Runs the tester with each seed, then looks into the log of the service for failures that the tester may have let pass. */
const testService = async (test: TestContext, started: StartedService, given: Given): Promise<void> => {
  const { rights, alone = false, ...options } = given;
  const common = {
    ...options,
    url: started.url,
    token: started.tokenFor(rights),
    expectedFailures: alone ? [503] : [],
  };
  for (const seed of runOptions().seeds) {
    const { code, output } = await runTester(test, { ...common, seed });
    assert.equal(code, 0, shorten(output));
  }
  const failures = answersOf(started.lines).filter(({ status = 0 }) => status >= 500);
  const unexpected = failures.filter(({ type }) => !(alone && type === 'NOT_CONFIGURED'));
  assert.deepEqual(unexpected, []);
  assert.equal(failures.length > 0, alone);
};

/** Every operation of the service was asked; with `well` each has succeeded at least once. */
const assertReached = ({ service, lines }: StartedService, { well }: { well: boolean }): void => {
  const answers = answersOf(lines);
  for (const { method, path } of service.routes) {
    const asked = answers.filter((line) => line.method === method && line.path === path);
    assert.ok(asked.length > 0, `${method} ${path} was never asked`);
    const good = asked.some(({ status = 0 }) => status < 300);
    assert.ok(good || !well, `${method} ${path} never succeeded`);
  }
};

describe('campaign-service before a tester that knows nothing but its OpenAPI document', () => {
  it('answers as declared to a supreme token, and every operation is reached', async (test) => {
    const started = await startCampaignService(test, { partners: true });
    const known = await seedCampaigns(started, { partners: true });
    await testService(test, started, { rights: SUPREME, known });
    assertReached(started, { well: true });
  });

  it('answers as declared to a poor token', async (test) => {
    const started = await startCampaignService(test, { partners: true });
    const known = await seedCampaigns(started, { partners: true });
    await testService(test, started, { rights: POOR, known });
    assertReached(started, { well: false });
  });

  it('answers as declared where no partner is configured', async (test) => {
    const started = await startCampaignService(test, { partners: false });
    const known = await seedCampaigns(started, { partners: false });
    await testService(test, started, { rights: SUPREME, known, paths: PARTNERS, alone: true });
  });
});

describe('entry-service before the same tester', () => {
  it('answers as declared to a supreme token, and every operation is reached', async (test) => {
    const started = await startEntryService(test);
    const headers = { authorization: `Bearer ${started.tokenFor(SUPREME)}` };
    const members = ['m1', 'm2', 'm3'];
    for (const memberId of members) {
      const json = { campaignId: 'tour-2027', memberId, phone: '+12025550101' };
      assert.equal((await request({ url: `${started.url}/entries`, method: 'POST', headers, json })).status, 201);
    }
    const known = [
      { parameter: 'path.campaignId', values: ['tour-2027'] },
      { parameter: 'path.memberId', values: members },
    ];
    await testService(test, started, { rights: SUPREME, known });
    assertReached(started, { well: true });
  });

  it('answers as declared to a poor token', async (test) => {
    const started = await startEntryService(test);
    await testService(test, started, { rights: POOR });
    assertReached(started, { well: false });
  });
});

describe('the tester', () => {
  it('finds a service whose answers are not those of its document', async (test) => {
    const started = await startEntryService(test);
    type Document = { paths: Record<string, { get: { responses: Record<string, unknown> } }> };
    const health = (started.service.openApi() as Document).paths['/health'];
    assert.ok(health);
    health.get.responses = { 204: { description: 'Done' } };
    const token = started.tokenFor(POOR);
    const { code, output } = await runTester(test, { url: started.url, token, paths: '^/health$', seed: 1 });
    assert.equal(code, 1);
    assert.match(output, /GET \/health _+[\s\S]*Undocumented status code/);
  });
});
