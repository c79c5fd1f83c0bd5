import { createRequest } from '@verifiedfan/request';
import { askAgainAfter429, checkPost, settlePost } from './outcome.ts';
import type { Slack, TransportOptions } from './slack.ts';

export type SlackWebhookOptions = TransportOptions & {
  /** The whole address, which is the credential: it is never logged and in no error. */
  url: string;
};

/** Posts to an incoming webhook. There is nothing to look up with, so an unknown outcome stays unknown. */
export const createSlackWebhook = ({ url, ...transport }: SlackWebhookOptions): Slack => {
  const request = createRequest({
    ...transport,
    baseUrl: url,
    upstream: 'slack',
    secretPath: true,
    retryRule: askAgainAfter429,
  });
  return {
    canLookup: false,
    post(post, context = {}) {
      return settlePost(
        async () => {
          checkPost(post);
          const { text, attachments } = post;
          return request({ ...context, method: 'POST', json: { text, ...(attachments && { attachments }) } });
        },
        (body) => (body === 'ok' ? { outcome: 'posted' } : { outcome: 'unknown', code: 'unreadable_answer' }),
      );
    },
    lookup: async () => ({ outcome: 'unknown' }),
    close: () => request.close(),
  };
};
