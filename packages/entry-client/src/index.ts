export { type CallSettings, createEntryClient, type EntryClient, type EntryClientOptions } from './client.ts';
export { EntryAnswerError } from './errors.ts';
export type { Entry, EntryScore, EntryWithdrawal, Registration, ScoringAnswer, ScoringRequest } from './types.ts';
export type { GetToken } from './with-token.ts';
