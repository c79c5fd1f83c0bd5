import type { TestContext } from 'node:test';
import { createManualClock, createSeededRandom, failOnLeaks, type HttpAnswer, request } from '@verifiedfan/test-utils';
import { createSandbox, SANDBOX_SLACK, type SandboxOptions } from '../src/index.ts';

/** A listening sandbox that is closed, and checked for leaks, at the end of its test. */
export const startSandbox = async (test: TestContext, options: Partial<SandboxOptions> = {}) => {
  const clock = createManualClock();
  const sandbox = createSandbox({ clock, random: createSeededRandom({ seed: 1 }), ...options });
  test.after(() => sandbox.close());
  failOnLeaks(test);
  const url = await sandbox.listen();
  const post = (path: string, json: unknown, headers: Record<string, string> = {}): Promise<HttpAnswer> =>
    request({ url: `${url}${path}`, json, headers });
  return { clock, sandbox, url, post, slack: slackCalls(url) };
};

export const slackCalls = (url: string) => {
  const headers = {
    authorization: `Bearer ${SANDBOX_SLACK.token}`,
    'content-type': 'application/json; charset=utf-8',
  };
  return {
    post: (message: object): Promise<HttpAnswer> =>
      request({
        url: `${url}/slack/api/chat.postMessage`,
        json: { channel: SANDBOX_SLACK.channel, ...message },
        headers,
      }),
    history: async (query: Record<string, string> = {}): Promise<SlackHistory> => {
      const search = new URLSearchParams({ channel: SANDBOX_SLACK.channel, ...query });
      const answer = await request({ url: `${url}/slack/api/conversations.history?${search}`, headers });
      return answer.json() as SlackHistory;
    },
  };
};

export type SlackHistory = {
  ok: boolean;
  error?: string;
  messages: { text: string; ts: string; metadata?: object }[];
  has_more: boolean;
  response_metadata: { next_cursor: string };
};
