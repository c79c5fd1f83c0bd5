import { type GetToken, type Request, type ResponseBody, withToken } from '@verifiedfan/request';
import { CampaignAnswerError } from './errors.ts';
import type {
  Campaign,
  CampaignDocument,
  ImportOutcome,
  ListQuery,
  LocaleQuery,
  RefreshResult,
  Selection,
  SelectionAnswer,
} from './types.ts';

/** `next` is the `cursor` of the next page; undefined on the last one. */
export type CampaignPage = { campaigns: Campaign[]; next: string | undefined };
/** An import says which campaign it is about. */
export type ImportDocument = CampaignDocument & { _id: string };

export type CampaignClientOptions = {
  /** With campaign-service as its `baseUrl`. */
  request: Request;
  getToken: GetToken;
};

export type CampaignClient = {
  /** Undefined when there is no such campaign, or when the token may not know of it. */
  findById(campaignId: string, query?: LocaleQuery): Promise<Campaign | undefined>;
  /** One page of the campaigns that the token may read. */
  list(query?: ListQuery): Promise<CampaignPage>;
  /** Campaigns with a market for the event that the token may read, in the order of their ids. */
  findByEventId(eventId: string): Promise<Campaign[]>;
  /** Needs `campaigns:create`. The same documents again change nothing, so a broken connection is repeated. */
  importCampaigns(documents: readonly ImportDocument[]): Promise<ImportOutcome[]>;
  /** Needs `campaigns:select`. Undefined when there is no such market (any more). An older selection never replaces a newer one. */
  putSelection(campaignId: string, marketId: string, selection: Selection): Promise<SelectionAnswer | undefined>;
  /** Needs `campaigns:refresh`. Opens, closes and retires campaigns whose time has come; a repetition finds none. */
  refresh(): Promise<RefreshResult>;
};

/** Small enough for campaigns with a thousand markets to fit into one answer. */
const PAGE_LIMIT = '20';

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? Reflect.get(value, name) : undefined;

const toCampaign = (data: unknown): Campaign => {
  if (typeof memberOf(data, '_id') !== 'string' || !Array.isArray(memberOf(data, 'markets'))) {
    throw new CampaignAnswerError('a campaign with its markets');
  }
  return data as Campaign;
};

const toSelectionAnswer = (data: unknown): SelectionAnswer => {
  if (typeof memberOf(data, 'applied') !== 'boolean')
    throw new CampaignAnswerError('whether the selection was applied');
  return data as SelectionAnswer;
};

const toPage = (body: ResponseBody): CampaignPage => {
  const [data, next] = [memberOf(body, 'data'), memberOf(memberOf(body, 'meta'), 'next')];
  if (!Array.isArray(data)) throw new CampaignAnswerError('a list of campaigns');
  return { campaigns: data.map(toCampaign), next: typeof next === 'string' ? next : undefined };
};

/** A client of campaign-service. Rejects with `RequestError`, with what `getToken` throws, and with `CampaignAnswerError`. */
export const createCampaignClient = ({ request, getToken }: CampaignClientOptions): CampaignClient => {
  const call = withToken({ request, getToken });
  const list = async (query: ListQuery = {}): Promise<CampaignPage> => {
    const { body } = await call({ path: '/campaigns', query });
    return toPage(body);
  };
  return {
    list,
    async findById(campaignId, query = {}) {
      const path = `/campaigns/${encodeURIComponent(campaignId)}`;
      const { status, body } = await call({ path, query, alsoAccept: [404] });
      return status === 404 ? undefined : toCampaign(memberOf(body, 'data'));
    },
    async findByEventId(eventId) {
      const found: Campaign[] = [];
      let cursor: string | undefined;
      do {
        const page = await list({ eventId, limit: PAGE_LIMIT, ...(cursor === undefined ? {} : { cursor }) });
        found.push(...page.campaigns);
        cursor = page.next;
      } while (cursor !== undefined);
      return found;
    },
    async importCampaigns(campaigns) {
      const { body } = await call({ method: 'POST', path: '/campaigns/import', json: { campaigns }, idempotent: true });
      const outcomes = memberOf(memberOf(body, 'data'), 'campaigns');
      if (!Array.isArray(outcomes)) throw new CampaignAnswerError('a list of outcomes');
      return outcomes as ImportOutcome[];
    },
    async refresh() {
      const { body } = await call({ method: 'POST', path: '/campaigns/refresh', idempotent: true });
      const result = memberOf(body, 'data');
      if (!Array.isArray(memberOf(result, 'details'))) throw new CampaignAnswerError('the result of a refresh');
      return result as RefreshResult;
    },
    async putSelection(campaignId, marketId, json) {
      const path = `/campaigns/${encodeURIComponent(campaignId)}/markets/${encodeURIComponent(marketId)}/selection`;
      const { status, body } = await call({ method: 'PUT', path, json, alsoAccept: [404] });
      return status === 404 ? undefined : toSelectionAnswer(memberOf(body, 'data'));
    },
  };
};
