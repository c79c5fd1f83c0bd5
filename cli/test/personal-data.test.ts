import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  fictionalPhone,
  findPersonalData,
  type PersonalData,
  request,
  temporaryDirectory,
} from '@verifiedfan/test-utils';
import { freePorts } from './support/ports.ts';
import { type Ran, runHere } from './support/run-here.ts';
import { CAMPAIGN, CAMPAIGN_DOCUMENT, type RowFields, scoreFile } from './support/score-files.ts';
import { type Spawned, spawnCommand } from './support/spawn.ts';

const FANS = Array.from({ length: 40 }, (_, at) => ({
  email: `Fan.Number${at}+tickets@Example.org`,
  phone: fictionalPhone(at * 3),
}));
/** Numbers that are asked for and never loaded, and an address in a place where nobody expects one. */
const ASKED = fictionalPhone(150);
const STRAY = 'stray.fan@example.net';
const FILE: Required<PersonalData> = { emails: FANS.map(({ email }) => email), phones: FANS.map(({ phone }) => phone) };
const INPUT: PersonalData = { emails: [...FILE.emails, STRAY], phones: [...FILE.phones, ASKED] };

/** Good rows, filtered ones, and ones that are wrong at, before and behind the personal data. */
const ROWS: readonly RowFields[] = FANS.map(({ email, phone }, at) => {
  const row: RowFields = { memberId: `m-${at}`, sid: `sid-${at}`, email, phone, isVerified: 'true' };
  if (at % 8 === 1) return { ...row, score: '2' };
  if (at % 8 === 2) return { ...row, email: `${email}@example.org` };
  if (at % 8 === 3) return { ...row, phone: `${phone} ext 5` };
  if (at % 8 === 4) return { ...row, campaignId: 'never-heard-of' };
  if (at % 8 === 5) return { ...row, preferences: 'elsewhere' };
  if (at % 8 === 6) return { ...row, memberId: email };
  if (at % 8 === 7) return { ...row, verdict: phone, scoredAt: email };
  return row;
});

const directory = temporaryDirectory();
let owner: Spawned;
let port: number;
const collected = new Map<string, string>();
const here = (...argv: string[]): Promise<Ran> => runHere(argv, { directory: directory.path });
const collect = async (name: string, ran: Promise<Ran>): Promise<Ran> => {
  const { out, err } = await ran;
  collected.set(name, `${out}\n${err}`);
  return ran;
};

const useServices = async (token: string): Promise<void> => {
  const headers = { authorization: `Bearer ${token}` };
  const graphql = async (query: string, variables: object = {}): Promise<void> => {
    const url = `http://127.0.0.1:${port + 2}/graphql`;
    collected.set(`graphql ${query}`, (await request({ url, headers, json: { query, variables } })).text);
  };
  await graphql(`{ lookupPhoneScore(phone: "${ASKED}") { score level recommendation reason } }`);
  await graphql('query ($phone: String!) { lookupPhoneScore(phone: $phone) { score } }', { phone: ASKED });
  await graphql(`{ lookupPhoneScore(phone: "${ASKED} or ${STRAY}") { score } }`);
  await graphql(`{ lookupPhoneScore(phone: ${ASKED}) { score } } # ${STRAY}`);
  await graphql(`{ campaignByEventId(eventId: "${STRAY}") { id } }`);
  for (const [at, base] of [port, port + 1, port + 3].entries())
    for (const path of [`/campaigns/${STRAY}`, `/entries?email=${encodeURIComponent(STRAY)}`, `/${ASKED}`])
      await request({ url: `http://127.0.0.1:${base}${path}`, headers }).then(({ status }) =>
        assert.ok(status >= 400, `${at} ${path}`),
      );
  const registration = { campaignId: CAMPAIGN, memberId: 'm-1', email: STRAY, phone: ASKED };
  await request({ url: `http://127.0.0.1:${port + 1}/entries`, headers, json: registration });
  await request({ url: `http://127.0.0.1:${port}/campaigns`, headers, json: { name: 'x', [STRAY]: ASKED } });
  for (const [name, base] of [
    ['campaign-service', port],
    ['entry-service', port + 1],
  ] as const)
    collected.set(`metrics of ${name}`, (await request({ url: `http://127.0.0.1:${base}/metrics` })).text);
};

/** Law 18: no raw e-mail or phone in any log, metric, key, list or post. */
describe('e-mail addresses and phone numbers of the input', () => {
  before(async () => {
    writeFileSync(directory.join('campaign.json'), JSON.stringify(CAMPAIGN_DOCUMENT));
    writeFileSync(directory.join('fans.csv'), scoreFile(ROWS));
    writeFileSync(directory.join('cut.csv'), `${scoreFile(ROWS)}${CAMPAIGN},"${STRAY}`);
    writeFileSync(directory.join('header.csv'), scoreFile(ROWS).replace('memberId', STRAY));
    writeFileSync(
      directory.join('fan.json'),
      JSON.stringify({ campaigns: [{ _id: STRAY, name: 'x', [STRAY]: ASKED }] }),
    );
    port = await freePorts();
    const argv = ['start', '--no-sample', '--port', String(port)];
    owner = spawnCommand({ after() {} }, argv, { directory: directory.path, env: { LOG_LEVEL: 'trace' } });
    await owner.printed('Ctrl-C stops');
    await collect('campaign import', here('campaign', 'import', 'campaign.json'));
    await collect('a wrong campaign import', here('campaign', 'import', 'fan.json'));
    for (const file of ['fans.csv', 'cut.csv', 'header.csv']) {
      await collect(`load ${file}`, here('load', file));
      await collect(`load ${file} --json`, here('load', file, '--json'));
    }
    const { token } = (await here('token', '--supreme', '--json')).json<{ token: string }>();
    await useServices(token);
    for (const resource of ['sandbox/slack', 'scoresStream', 'campaignDataStream', 'verdictReporterQueue'])
      await collect(`tail ${resource}`, here('tail', resource));
    for (const argv of [
      ['dead-letters'],
      ['dead-letters', 'list', '--json'],
      ['rows', CAMPAIGN],
      ['resume'],
      ['counts', CAMPAIGN],
    ])
      await collect(argv.join(' '), here(...argv));
    const [letter] = (await here('dead-letters', '--json')).json<{ id: string }[]>();
    await collect('redrive', here('dead-letters', 'redrive', letter?.id ?? ''));
    const changes = (await here('tail', 'demandTable')).lines<{ keys: unknown }>();
    collected.set('keys of demandTable', changes.map(({ keys }) => JSON.stringify(keys)).join('\n'));
    const rejected = (await here('tail', 'deadLetterTable')).lines<{
      keys: unknown;
      newItem?: Record<string, unknown>;
    }>();
    const withoutPayload = rejected.map(({ keys, newItem }) =>
      JSON.stringify({ keys, ...newItem, payload: undefined }),
    );
    collected.set('dead letters without their payloads', withoutPayload.join('\n'));
    owner.kill('SIGTERM');
    const { code, out, err } = await owner.ended;
    assert.equal(code, 0, err);
    collected.set('standard output of start', out);
    collected.set('the log at level trace', err);
    const names = readdirSync(directory.join('.verifiedfan'), { recursive: true });
    collected.set('file names', names.join('\n'));
    collected.set('what Slack received', readFileSync(directory.join('.verifiedfan/sandbox/slack.jsonl'), 'utf8'));
  });
  after(() => {
    owner.kill('SIGKILL');
    directory.remove();
  });

  it('are found by this scanner where they are: in the file that was uploaded, and in what a dead letter shows', async () => {
    assert.ok(findPersonalData(readFileSync(directory.join('fans.csv'), 'utf8'), INPUT).length > 0);
    const letters = (await here('dead-letters', '--json')).json<{ id: string; worker: string }[]>();
    const shown = await Promise.all(letters.slice(0, 3).map(({ id }) => here('dead-letters', 'show', id)));
    assert.ok(findPersonalData(shown.map(({ out }) => out).join(''), INPUT).length > 0);
  });

  it('are in nothing else: output, logs, metrics, lists, keys, names, streams, posts', () => {
    for (const name of [
      'the log at level trace',
      'what Slack received',
      'metrics of entry-service',
      'keys of demandTable',
    ])
      assert.ok((collected.get(name) ?? '').length > 100, `${name} was collected`);
    assert.match(collected.get('the log at level trace') ?? '', /"level":"debug"|"level":"trace"/);
    for (const [name, text] of collected) {
      const [found] = findPersonalData(text, INPUT);
      assert.equal(found, undefined, `${name}: ${JSON.stringify(found)}`);
    }
  });

  it('are in no file of the data directory but uploads, dead letters and what the provider of scores was asked', () => {
    const root = directory.join('.verifiedfan');
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { parentPath, name } of files) {
      const path = join(parentPath, name);
      if (/buckets\/|tables\/deadLetterTable|sandbox\/telesign/.test(path)) continue;
      // Entry-service keeps what fans register with; nothing of a score file may come to it.
      const [found] = findPersonalData(readFileSync(path, 'latin1'), /databases\/entries/.test(path) ? FILE : INPUT);
      assert.equal(found, undefined, `${path.slice(root.length)}: ${JSON.stringify(found)}`);
    }
  });
});
