import type { Clock, JsonObject } from '@verifiedfan/ports';
import { isObject, type StandInLog } from '../stand-in.ts';
import type { SlackMessage } from './slack-messages.ts';

/** One post as it is stored. `via` says through which door it came. */
export type SlackPost = SlackMessage & {
  channel: string;
  /** Unix seconds and six more digits, different for every post: Slack's name of a message. */
  ts: string;
  via: 'chat.postMessage' | 'webhook';
};

export type HistoryPage = { posts: SlackPost[]; hasMore: boolean };

/** Posts that are kept in memory for each channel; older ones stay in the log. */
const KEPT = 10_000;

/** The posts of all channels: stored first, then remembered, and read back from the log after a restart. */
export const createHistory = ({ clock, log }: { clock: Clock; log: StandInLog }) => {
  let loaded: Promise<Map<string, SlackPost[]>> | undefined;
  let lastMicroseconds = 0;

  const remember = (channels: Map<string, SlackPost[]>, post: SlackPost): void => {
    const posts = channels.get(post.channel) ?? [];
    channels.set(post.channel, posts);
    // Concurrent posts may be stored in another order than they were named.
    const at = posts.findLastIndex(({ ts }) => ts < post.ts) + 1;
    posts.splice(at, 0, post);
    if (posts.length > KEPT) posts.shift();
    lastMicroseconds = Math.max(lastMicroseconds, Number(post.ts.replace('.', '')));
  };
  const load = async (): Promise<Map<string, SlackPost[]>> => {
    const channels = new Map<string, SlackPost[]>();
    for await (const entry of log.all()) if (isPost(entry)) remember(channels, entry);
    return channels;
  };
  /** A failed read is not kept: the next request tries again. */
  const channelsOf = (): Promise<Map<string, SlackPost[]>> => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };

  return {
    /** Resolves with the name of the post once it is stored. */
    async add(channel: string, via: SlackPost['via'], message: SlackMessage): Promise<SlackPost> {
      const channels = await channelsOf();
      lastMicroseconds = Math.max(clock.now() * 1000, lastMicroseconds + 1);
      const digits = String(lastMicroseconds).padStart(7, '0');
      const post = { channel, ts: `${digits.slice(0, -6)}.${digits.slice(-6)}`, via, ...message };
      await log.append(post as JsonObject);
      remember(channels, post);
      return post;
    },
    /** Newest first; `oldest` and `latest` are names of posts and excluded unless `inclusive`. */
    async page(channel: string, range: { oldest: string; latest: string; inclusive: boolean; limit: number }) {
      const { oldest, latest, inclusive, limit } = range;
      const within = ({ ts }: SlackPost): boolean =>
        (Number(ts) > Number(oldest) && Number(ts) < Number(latest)) || (inclusive && (ts === oldest || ts === latest));
      const posts = ((await channelsOf()).get(channel) ?? []).filter(within).reverse();
      return { posts: posts.slice(0, limit), hasMore: posts.length > limit } satisfies HistoryPage;
    },
    reset(): void {
      loaded = undefined;
      lastMicroseconds = 0;
    },
  };
};

const isPost = (entry: unknown): entry is SlackPost =>
  isObject(entry) && typeof entry.channel === 'string' && typeof entry.ts === 'string';
