import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SANDBOX_CONFIGURATION, SANDBOX_GITLAB } from '@verifiedfan/sandbox';
import { dataOf, errorOf, startService } from '../support.ts';
import { startWithPartners } from './set-up.ts';

const ADMIN = { sub: 'admin', supreme: true };
const FILE = 'config/limits.json';
const PATH = `/admin/configuration/${encodeURIComponent(FILE)}`;
const change = { content: '{ "marketsPerCampaign": 500 }\n', title: 'Allow 500 markets' };

type Audit = { _id: string; subject: string; action: string; target: string; outcome: string; url?: string };

describe('the configuration', () => {
  it('is read and changed by proposal, by supreme tokens alone', async (context) => {
    const { call, git } = await startWithPartners(context);
    const file = dataOf<{ content: string; lastCommitId: string }>(await call(PATH, { claims: ADMIN }));
    assert.equal(file.content, SANDBOX_CONFIGURATION[FILE]);
    const basedOn = file.lastCommitId;
    const proposed = await call(PATH, { claims: ADMIN, json: { ...change, basedOn } });
    assert.equal(proposed.status, 201);
    assert.match(dataOf<{ url: string }>(proposed).url, /merge_requests\/1$/);
    assert.deepEqual(dataOf(await call(PATH, { claims: ADMIN, json: { ...change, basedOn } })), dataOf(proposed));
    const same = await call(PATH, { claims: ADMIN, json: { ...change, content: file.content } });
    assert.deepEqual([same.status, dataOf(same)], [200, { outcome: 'unchanged' }]);
    const before = git.requests().requests.length;
    const permissions = ['campaigns:read', 'campaigns:create', 'promoters:write', 'supreme'];
    for (const claims of [
      { sub: 'x', permissions },
      { sub: 'x', supreme: 'true' as unknown as boolean },
    ]) {
      assert.equal((await call(PATH, { claims })).status, 403);
      assert.equal((await call(PATH, { claims, json: change })).status, 403);
    }
    assert.equal(git.requests().requests.length, before);
  });

  it('leaves an audit of each proposal, of those that failed too', async (context) => {
    const { call, git, database } = await startWithPartners(context);
    const audits = async () => {
      const found = await database.collection<Audit>('audits').find();
      return found.map(({ subject, action, target, outcome }) => [subject, action, target, outcome]).sort();
    };
    await call(PATH, { claims: ADMIN, json: change });
    git.addFault({ route: 'files', status: 500 });
    const failed = await call(PATH, { claims: ADMIN, json: { ...change, content: '{}' } });
    assert.deepEqual([failed.status, errorOf(failed).type], [503, 'GITLAB_UNAVAILABLE']);
    assert.deepEqual(await audits(), [
      ['admin', 'configuration.propose', FILE, 'GITLAB_UNAVAILABLE'],
      ['admin', 'configuration.propose', FILE, 'proposed'],
    ]);
  });

  it('names the person in the merge request', async (context) => {
    const { call, git } = await startWithPartners(context);
    await call(PATH, { claims: ADMIN, json: change });
    const entries = (await git.received()).map(({ entry }) => entry);
    const [made] = entries.filter(({ kind }) => kind === 'merge_request');
    assert.match(String(made?.description), /Proposed by `admin`/);
  });

  it('is nothing outside of its folder, and conflicts are told apart from absence', async (context) => {
    const { call, git, lines } = await startWithPartners(context);
    for (const path of ['README.md', '.gitlab-ci.yml', 'config/../README.md', 'config/none.json']) {
      const answer = await call(`/admin/configuration/${encodeURIComponent(path)}`, { claims: ADMIN });
      assert.deepEqual([answer.status, errorOf(answer).type], [404, 'CONFIGURATION_NOT_FOUND'], path);
    }
    const stale = await call(PATH, { claims: ADMIN, json: { ...change, basedOn: 'another' } });
    assert.deepEqual([stale.status, errorOf(stale).type], [409, 'CONFIGURATION_CONFLICT']);
    git.addFault({ route: '*', status: 401 });
    const refused = await call(PATH, { claims: ADMIN });
    assert.deepEqual([refused.status, errorOf(refused).type], [502, 'GITLAB_FAILED']);
    assert.ok(!lines.join('\n').includes(SANDBOX_GITLAB.token));
  });

  it('answers NOT_CONFIGURED where there is no GitLab', async (context) => {
    const { call } = await startService(context);
    const answer = await call(PATH, { claims: ADMIN });
    assert.deepEqual([answer.status, errorOf(answer).type], [503, 'NOT_CONFIGURED']);
  });
});
