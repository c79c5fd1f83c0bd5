import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import { createGitlab, GitlabError, type GitlabOptions } from '@verifiedfan/gitlab';
import { createManualClock, createSeededRandom, request } from '@verifiedfan/test-utils';
import { createSandbox, gitlabStandIn, SANDBOX_CONFIGURATION, SANDBOX_GITLAB } from '../../src/index.ts';

const PATH = 'config/campaign-service.json';

const setUp = async (test: TestContext, options: Partial<GitlabOptions> = {}) => {
  const manual = createManualClock();
  const clock = { ...manual, sleep: (durationMs: number) => manual.advance(durationMs) };
  const random = createSeededRandom({ seed: 1 });
  const sandbox = createSandbox({ clock, random, standIns: [gitlabStandIn()] });
  const url = await sandbox.listen();
  const lines: string[] = [];
  const log = { debug: (message: string, data: object) => void lines.push(JSON.stringify({ message, ...data })) };
  const gitlab = createGitlab({ ...SANDBOX_GITLAB, clock, random, baseUrl: `${url}/gitlab/api/v4`, log, ...options });
  test.after(async () => {
    await gitlab.close();
    await sandbox.close();
  });
  const controls = sandbox.standIn('gitlab');
  const calls = (): string[] => controls.requests().requests.map(({ method }) => method);
  const written = async () => (await controls.received()).map(({ entry }) => entry.kind);
  const raw = async (path: string, ref: string): Promise<string> => {
    const project = encodeURIComponent(SANDBOX_GITLAB.project);
    const file = `${url}/gitlab/api/v4/projects/${project}/repository/files/${encodeURIComponent(path)}/raw?ref=${ref}`;
    return (await request({ url: file, headers: { 'private-token': SANDBOX_GITLAB.token } })).text;
  };
  /** Somebody else changes the file on main. */
  const overtake = (content: string) =>
    request({
      url: `${url}/gitlab/api/v4/projects/7/repository/commits`,
      json: { branch: 'main', commit_message: 'x', actions: [{ action: 'update', file_path: PATH, content }] },
      headers: { 'private-token': SANDBOX_GITLAB.token },
    });
  return { gitlab, controls, calls, written, raw, lines, overtake };
};

const errorOf = async (promise: Promise<unknown>): Promise<GitlabError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof GitlabError, inspect(error));
  return error;
};

const change = { path: PATH, content: '{ "searchCacheSeconds": 60 }\n', title: 'Keep searches for a minute' };

describe('reading a configuration file', () => {
  it('answers its exact text and the commit that wrote it', async (test) => {
    const { gitlab } = await setUp(test);
    const file = await gitlab.readFile({ path: PATH });
    assert.equal(file?.content, SANDBOX_CONFIGURATION[PATH]);
    assert.match(file?.lastCommitId ?? '', /^[0-9a-f]{40}$/);
    assert.equal(await gitlab.readFile({ path: 'config/none.json' }), undefined);
  });

  it('reads nothing outside of its folder', async (test) => {
    const { gitlab, calls } = await setUp(test);
    const paths = [
      'README.md',
      '.gitlab-ci.yml',
      'config/../README.md',
      'config//a',
      'config/.env',
      'config/a b',
      'config/',
      '/config/a',
      'config/a?ref=x',
      `config/${'a'.repeat(300)}`,
    ];
    for (const path of paths) {
      assert.equal((await errorOf(gitlab.readFile({ path }))).code, 'invalid_path', path);
      assert.equal((await errorOf(gitlab.proposeChange({ ...change, path }))).code, 'invalid_path', path);
    }
    assert.deepEqual(calls(), []);
  });
});

describe('proposing a change', () => {
  it('makes a branch with the change and a merge request, and leaves the target alone', async (test) => {
    const { gitlab, raw, written } = await setUp(test);
    const proposal = await gitlab.proposeChange(change);
    assert.equal(proposal.outcome, 'proposed');
    if (proposal.outcome !== 'proposed') return;
    assert.match(proposal.url, /\/merge_requests\/1$/);
    assert.equal(await raw(PATH, proposal.branch), change.content);
    assert.equal(await raw(PATH, 'main'), SANDBOX_CONFIGURATION[PATH]);
    assert.deepEqual(await written(), ['branch', 'commit', 'merge_request']);
  });

  it('proposes the same once, however often it is asked to', async (test) => {
    const { gitlab, written } = await setUp(test);
    const proposals = [await gitlab.proposeChange(change), await gitlab.proposeChange(change)];
    assert.deepEqual(proposals[1], proposals[0]);
    assert.deepEqual(await written(), ['branch', 'commit', 'merge_request']);
  });

  it('proposes a new file, and nothing for a file that is like that already', async (test) => {
    const { gitlab, raw } = await setUp(test);
    const made = await gitlab.proposeChange({ ...change, path: 'config/new.json', basedOn: null });
    assert.equal(made.outcome === 'proposed' && (await raw('config/new.json', made.branch)), change.content);
    const content = SANDBOX_CONFIGURATION[PATH] ?? '';
    assert.deepEqual(await gitlab.proposeChange({ ...change, content }), { outcome: 'unchanged' });
  });

  it('refuses a change of a file that was changed since it was read', async (test) => {
    const { gitlab, overtake, written } = await setUp(test);
    const basedOn = (await gitlab.readFile({ path: PATH }))?.lastCommitId;
    await overtake('{}\n');
    const error = await errorOf(gitlab.proposeChange({ ...change, basedOn }));
    assert.deepEqual([error.code, error.retryable], ['conflict', false]);
    assert.equal((await errorOf(gitlab.proposeChange({ ...change, basedOn: null }))).code, 'conflict');
    assert.deepEqual(await written(), ['commit']);
  });

  it('refuses what is no text, too long, or has no title, before asking', async (test) => {
    const { gitlab, calls } = await setUp(test);
    for (const wrong of [
      { content: '\ud800' },
      { content: 'a\0' },
      { content: 'x'.repeat(262_145) },
      { title: ' ' },
      { title: 'a\nb' },
    ]) {
      assert.equal((await errorOf(gitlab.proposeChange({ ...change, ...wrong }))).code, 'invalid_content');
    }
    assert.deepEqual(calls(), []);
  });
});

describe('a GitLab that fails', () => {
  it('is asked again at every step, and one proposal comes of it', async (test) => {
    const { gitlab, controls, written } = await setUp(test);
    for (const route of ['files', 'commits', 'merge_requests']) {
      controls.addFault({ route, status: 502, body: '<html>' });
      controls.addFault({ route, reset: true, afterEffect: true });
    }
    const proposal = await gitlab.proposeChange(change);
    assert.equal(proposal.outcome === 'proposed' && proposal.number, 1);
    assert.deepEqual(await written(), ['branch', 'commit', 'merge_request']);
  });

  it('gives the proposal whole when it is repeated after any step failed for good', async (test) => {
    for (const route of ['commits', 'merge_requests']) {
      const { gitlab, controls, written } = await setUp(test);
      controls.addFault({ route, status: 503, afterEffect: true, times: 3 });
      assert.equal((await errorOf(gitlab.proposeChange(change))).retryable, true);
      const proposal = await gitlab.proposeChange(change);
      assert.equal(proposal.outcome === 'proposed' && proposal.number, 1);
      assert.deepEqual(await written(), ['branch', 'commit', 'merge_request']);
    }
  });

  it('is not believed when it answers something else', async (test) => {
    const { gitlab, controls } = await setUp(test, { attempts: 1 });
    const cases: [object, string][] = [
      [{ route: 'files', body: '<html>' }, 'invalid_response'],
      [{ route: 'files', body: '{"content":"e30=","encoding":"text"}' }, 'invalid_response'],
      [{ route: 'files', status: 404, body: '{"message":"404 Project Not Found"}' }, 'not_found'],
      [{ route: 'files', status: 429, headers: { 'retry-after': '99' } }, 'rate_limited'],
      [{ route: 'commits', status: 400, body: '{"message":"no"}' }, 'rejected'],
      [{ route: 'commits', status: 201, body: '{}' }, 'invalid_response'],
      [{ route: 'merge_requests', status: 422, body: '{}' }, 'rejected'],
      [{ route: 'merge_requests', status: 201, body: '{"iid":1,"web_url":"javascript:x"}' }, 'invalid_response'],
    ];
    for (const [fault, code] of cases) {
      controls.addFault(fault);
      assert.equal((await errorOf(gitlab.proposeChange({ ...change, content: JSON.stringify(fault) }))).code, code);
      controls.clearFaults();
    }
  });

  it('refuses a wrong token for good, and neither log nor error holds token or content', async (test) => {
    const { gitlab, lines } = await setUp(test, { token: 'glpat-a-secret' });
    const error = await errorOf(gitlab.proposeChange({ ...change, content: 'a secret line' }));
    assert.deepEqual([error.code, error.retryable], ['unauthenticated', false]);
    const other = await setUp(test);
    other.controls.addFault({ route: 'commits', status: 400, body: 'a secret line' });
    const rejected = await errorOf(other.gitlab.proposeChange({ ...change, content: 'a secret line' }));
    const shown = [...lines, ...other.lines, inspect(error, { depth: 9 }), inspect(rejected, { depth: 9 })].join('\n');
    assert.ok(!shown.includes('glpat-') && !shown.includes('a secret line'));
  });

  it('ends at the caller’s signal', async (test) => {
    const { gitlab } = await setUp(test);
    assert.equal((await errorOf(gitlab.readFile({ path: PATH, signal: AbortSignal.abort() }))).code, 'aborted');
  });
});
