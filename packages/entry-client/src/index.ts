export type { GetToken } from '@verifiedfan/request';
export { type CallSettings, createEntryClient, type EntryClient, type EntryClientOptions } from './client.ts';
export { EntryAnswerError } from './errors.ts';
export type { Entry, EntryScore, EntryWithdrawal, Registration, ScoringAnswer, ScoringRequest } from './types.ts';
