import type { Clock } from '@verifiedfan/ports';
import { toPointer } from '@verifiedfan/schema';
import { CampaignError, type CampaignErrorCode, type RuleDetail } from '../errors.ts';
import type { CatalogueCheck, Market } from './market.ts';
import type { Path } from './rules.ts';
import type { MarketDraft } from './schemas.ts';

/** Where events and venues are looked up. Both throw when nobody can tell. */
export type Catalogue = {
  checkEvent(eventId: string): Promise<'found' | 'absent'>;
  checkVenue(venueId: string): Promise<'found' | 'absent'>;
};

export type CatalogueOptions = {
  catalogue: Catalogue | undefined;
  /** What becomes of a market while the catalogue cannot be asked: `open` takes it, unchecked; `closed` refuses it for now. */
  whenUnavailable: 'open' | 'closed';
  clock: Clock;
  /** Lookups under way at once. @default 8 */
  concurrency?: number | undefined;
};

/** A market to be stored, where it stands in what was sent, and what is stored of it. */
export type Candidate = { draft: MarketDraft; path: Path; known: Market | undefined };

export type CatalogueChecker = {
  /**
   * Asks about what is new of these markets, and answers by event what is to be recorded. Throws `code` for what is not in the catalogue,
   * and CATALOGUE_UNAVAILABLE.
   */
  check(candidates: readonly Candidate[], code: CampaignErrorCode): Promise<Map<string, CatalogueCheck>>;
  /** What is recorded of markets that an import brings: it is a copy of what another system holds, so nothing is asked. */
  pass(candidates: readonly Candidate[]): Map<string, CatalogueCheck>;
};

/** The markets of a campaign as it was sent. */
export const candidatesOf = (markets: readonly MarketDraft[], stored: readonly Market[]): Candidate[] => {
  const known = new Map(stored.map((market) => [market.eventId, market]));
  return markets.map((draft, index) => ({ draft, path: ['markets', index], known: known.get(draft.eventId) }));
};

/** A market is asked about when it is new or has another venue, and again with its next change after nobody could tell. */
const isAsked = ({ draft, known }: Candidate): boolean =>
  known === undefined || draft.venueId !== known.venueId || known.catalogue?.reason === 'unavailable';

const detailsOf = async (catalogue: Catalogue, { draft, path }: Candidate): Promise<RuleDetail[]> => {
  const { eventId, venueId } = draft;
  const [event, venue] = await Promise.all([
    catalogue.checkEvent(eventId),
    venueId === undefined ? 'found' : catalogue.checkVenue(venueId),
  ]);
  const broken = (name: string, rule: string, what: string): RuleDetail => ({
    pointer: toPointer([...path, name]),
    rule,
    message: `The catalogue has no such ${what}`,
  });
  return [
    ...(event === 'absent' ? [broken('eventId', 'unknown_event', 'event')] : []),
    ...(venue === 'absent' ? [broken('venueId', 'unknown_venue', 'venue')] : []),
  ];
};

type Asked = { candidate: Candidate; details: RuleDetail[] } | { candidate: Candidate; error: unknown };

/** Checks events and venues of markets. Without a catalogue nothing is asked and nothing recorded. */
export const createCatalogueChecker = (options: CatalogueOptions): CatalogueChecker => {
  const { catalogue, whenUnavailable, clock, concurrency = 8 } = options;
  const now = (): string => new Date(clock.now()).toISOString();

  const ask = async (source: Catalogue, candidate: Candidate): Promise<Asked> => {
    try {
      return { candidate, details: await detailsOf(source, candidate) };
    } catch (error) {
      return { candidate, error };
    }
  };

  /** Once nobody could tell, the rest is not asked about: a thousand markets would wait for as many time-outs. */
  const askAll = async (source: Catalogue, asked: readonly Candidate[]): Promise<Asked[]> => {
    const answers: Asked[] = [];
    for (let at = 0; at < asked.length; at += concurrency) {
      const some = asked.slice(at, at + concurrency);
      answers.push(...(await Promise.all(some.map((candidate) => ask(source, candidate)))));
      const failed = answers.find((answer) => 'error' in answer);
      if (failed === undefined) continue;
      const rest = asked.slice(at + concurrency);
      return [...answers, ...rest.map((candidate) => ({ ...failed, candidate }))];
    }
    return answers;
  };

  return {
    async check(candidates, code) {
      const answers = catalogue === undefined ? [] : await askAll(catalogue, candidates.filter(isAsked));
      const details = answers.flatMap((answer) => ('details' in answer ? answer.details : []));
      // What is known to be wrong is said first: repeating the request would not help.
      if (details.length > 0) throw new CampaignError(code, details.slice(0, 20));
      const failed = answers.find((answer) => 'error' in answer);
      if (failed !== undefined && whenUnavailable === 'closed') {
        throw new CampaignError('CATALOGUE_UNAVAILABLE', undefined, { cause: failed.error });
      }
      const at = now();
      return new Map(
        answers.map((answer): [string, CatalogueCheck] => [
          answer.candidate.draft.eventId,
          'error' in answer ? { checked: false, reason: 'unavailable', at } : { checked: true, at },
        ]),
      );
    },
    pass(candidates) {
      const at = now();
      const passed = catalogue === undefined ? [] : candidates.filter(isAsked);
      return new Map(passed.map(({ draft }) => [draft.eventId, { checked: false, reason: 'import', at }]));
    },
  };
};
