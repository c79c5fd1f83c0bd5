export { type Entry, entryId, type Registration, type ScoreContent, VERDICTS, type Verdict } from './entry.ts';
export { ENTRY_ERRORS } from './errors.ts';
export type { EntryView } from './schemas.ts';
export type { ScoringCounts } from './scoring-manager.ts';
export { MAX_SCORING_ROWS } from './scoring-route.ts';
export { createEntryService, type EntryServiceOptions } from './service.ts';
