import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createManualClock, createSeededRandom, request } from '@verifiedfan/test-utils';
import { createMemoryStore, createSandbox, gitlabStandIn, SANDBOX_GITLAB } from '../src/index.ts';
import { startSandbox } from './set-up.ts';

const { token, project } = SANDBOX_GITLAB;
const PATH = encodeURIComponent('config/a.json');
const files = { 'config/a.json': '{}\n' };

const start = async (test: Parameters<typeof startSandbox>[0], store = createMemoryStore()) => {
  const started = await startSandbox(test, { standIns: [gitlabStandIn({ files })], store });
  return { ...started, ...callsTo(started.url) };
};

const callsTo = (url: string) => {
  const call = (path: string, json?: unknown, headers: Record<string, string> = {}) =>
    request({
      url: `${url}/gitlab/api/v4/projects/${encodeURIComponent(project)}/${path}`,
      headers: { 'private-token': token, ...headers },
      ...(json === undefined ? {} : { json }),
    });
  const message = async (...args: Parameters<typeof call>) => {
    const answer = await call(...args);
    const body = answer.json() as { message?: unknown; error?: unknown };
    return [answer.status, body.message ?? body.error];
  };
  return { call, message };
};

const commit = (overrides = {}) => ({
  branch: 'change',
  start_branch: 'main',
  commit_message: 'Change it',
  actions: [{ action: 'update', file_path: 'config/a.json', content: '{"a":1}\n' }],
  ...overrides,
});

describe('the GitLab stand-in', () => {
  it('reads a file as JSON with base64, and raw with the same facts in headers', async (test) => {
    const { call } = await start(test);
    const file = (await call(`repository/files/${PATH}?ref=main`)).json() as Record<string, string>;
    assert.equal(Buffer.from(file.content ?? '', 'base64').toString(), '{}\n');
    const raw = await call(`repository/files/${PATH}/raw?ref=main`);
    assert.equal(raw.text, '{}\n');
    assert.equal(raw.headers['x-gitlab-last-commit-id'], file.last_commit_id);
    assert.equal(raw.headers['x-gitlab-blob-id'], file.blob_id);
  });

  it('commits to a new branch and leaves the old one alone', async (test) => {
    const { call } = await start(test);
    assert.equal((await call('repository/commits', commit())).status, 201);
    assert.equal((await call(`repository/files/${PATH}/raw?ref=change`)).text, '{"a":1}\n');
    assert.equal((await call(`repository/files/${PATH}/raw?ref=main`)).text, '{}\n');
  });

  it('creates a branch, and a merge request of which there can be one', async (test) => {
    const { call, message } = await start(test);
    assert.equal((await call('repository/branches', { branch: 'b', ref: 'main' })).status, 201);
    const proposal = { source_branch: 'b', target_branch: 'main', title: 'Change' };
    const made = (await call('merge_requests', proposal)).json() as { iid: number; web_url: string };
    assert.match(made.web_url, /\/merge_requests\/1$/);
    assert.deepEqual(await message('merge_requests', proposal), [
      409,
      ['Another open merge request already exists for this source branch: !1'],
    ]);
    const list = (await call('merge_requests?source_branch=b&state=opened')).json() as { iid: number }[];
    assert.deepEqual(
      list.map(({ iid }) => iid),
      [1],
    );
  });

  it('refuses as GitLab does, each of the three shapes', async (test) => {
    const { message } = await start(test);
    assert.deepEqual(await message('merge_requests', undefined, { 'private-token': 'no' }), [401, '401 Unauthorized']);
    assert.deepEqual(await message(`repository/files/${PATH}`), [400, 'ref is missing']);
    assert.deepEqual(await message(`repository/files/none?ref=main`), [404, '404 File Not Found']);
    assert.deepEqual(await message(`repository/files/${PATH}?ref=none`), [404, '404 Commit Not Found']);
    assert.deepEqual(await message('repository/branches', { branch: 'main', ref: 'main' }), [
      400,
      'Branch already exists',
    ]);
    const refusal = async (overrides: object) => (await message('repository/commits', commit(overrides)))[1];
    const [update] = commit().actions;
    assert.match(
      String(await refusal({ branch: 'main', start_branch: undefined, actions: [{ ...update, last_commit_id: 'x' }] })),
      /has changed/,
    );
    assert.match(String(await refusal({ actions: [{ ...update, action: 'create' }] })), /already exists/);
    assert.match(String(await refusal({ actions: [{ ...update, file_path: 'b' }] })), /doesn't exist/);
    assert.match(String(await refusal({ start_branch: undefined })), /when you are on a branch/);
    await message('repository/commits', commit());
    assert.match(String(await refusal({})), /A branch called 'change' already exists/);
  });

  it('hides other projects', async (test) => {
    const { url } = await start(test);
    const answer = await request({
      url: `${url}/gitlab/api/v4/projects/9/merge_requests`,
      headers: { 'private-token': token },
    });
    assert.deepEqual([answer.status, answer.json()], [404, { message: '404 Project Not Found' }]);
  });

  it('knows after a restart what was written before', async (test) => {
    const store = createMemoryStore();
    const first = await start(test, store);
    await first.call('repository/commits', commit());
    await first.call('merge_requests', { source_branch: 'change', target_branch: 'main', title: 'Change' });
    const again = createSandbox({
      clock: createManualClock(),
      random: createSeededRandom({ seed: 2 }),
      standIns: [gitlabStandIn({ files })],
      store,
    });
    const { call } = callsTo(await again.listen());
    assert.equal((await call(`repository/files/${PATH}/raw?ref=change`)).text, '{"a":1}\n');
    assert.equal(((await call('merge_requests')).json() as unknown[]).length, 1);
    await again.standIn('gitlab').reset();
    assert.equal((await call(`repository/files/${PATH}/raw?ref=change`)).status, 404);
    await again.close();
  });
});
