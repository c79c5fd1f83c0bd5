export { createSlackBot, POST_EVENT_TYPE, type SlackBotOptions } from './bot.ts';
export {
  SLACK_ERRORS,
  SlackError,
  type SlackErrorCode,
  type SlackErrorKind,
  type SlackErrorOptions,
} from './errors.ts';
export type {
  CallContext,
  LookupQuery,
  LookupResult,
  PostResult,
  Slack,
  SlackAttachment,
  SlackField,
  SlackPost,
  TransportOptions,
} from './slack.ts';
export { createSlackWebhook, type SlackWebhookOptions } from './webhook.ts';
