import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createManualClock, createSeededRandom } from '@verifiedfan/test-utils';
import { withoutQuickActions } from '../src/description.ts';
import { createGitlab } from '../src/index.ts';

/** As GitLab finds them outside of code, quotes and HTML, and careful enough for all of those. */
const quickActionsIn = (description: string): string[] => description.replaceAll('\r', '').match(/^\/[a-z_]+/gim) ?? [];

describe('a description', () => {
  it('holds no quick action, however its lines begin and end', () => {
    const descriptions = [
      '/merge',
      'Why\n/target_branch production',
      'Why\r\n/assign @me\r\n/label ~done',
      'Why\n\r/close',
      '\r\r/close',
      '```\n/close\n```\n/merge',
      '```\n/close',
      '>>>\n/close\n>>>\n/approve',
      '<p>\n/close\n</p>\n/APPROVE',
    ];
    for (const description of descriptions) {
      assert.ok(quickActionsIn(description).length > 0, JSON.stringify(description));
      assert.deepEqual(quickActionsIn(withoutQuickActions(description)), [], JSON.stringify(description));
    }
  });

  it('is shown as it was written', () => {
    assert.equal(withoutQuickActions('Why\n/close now\n  /tmp/a'), 'Why\n\\/close now\n  \\/tmp/a');
    for (const plain of ['', 'a/b\n\n- /c\n> /d\n', 'https://example.com/a'])
      assert.equal(withoutQuickActions(plain), plain);
  });
});

/** Takes what a proposal sends, and keeps the merge request. */
const startGitlab = async (context: TestContext) => {
  const sent: unknown[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const isMergeRequest = request.url?.endsWith('/merge_requests') === true;
    if (isMergeRequest) sent.push(await json(request));
    const isRead = request.method === 'GET';
    response.writeHead(isRead ? 404 : 201, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(
        isRead ? { message: '404 File Not Found' } : { id: 'c1', iid: 7, web_url: 'https://gitlab.example.com/7' },
      ),
    );
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const gitlab = createGitlab({
    token: 'test',
    project: 'group/project',
    clock: createManualClock(),
    random: createSeededRandom({ seed: 1 }),
    baseUrl: `http://127.0.0.1:${port}`,
  });
  context.after(async () => {
    await gitlab.close();
    server.close();
  });
  return { gitlab, sent };
};

describe('a proposal', () => {
  it('lets nobody act through its description', async (context) => {
    const { gitlab, sent } = await startGitlab(context);
    const change = { path: 'config/a.json', content: '{}\n', title: 'Change a' };
    await gitlab.proposeChange({ ...change, description: 'Because\n/target_branch production\n/merge' });
    assert.partialDeepStrictEqual(sent, [{ description: 'Because\n\\/target_branch production\n\\/merge' }]);
  });
});
