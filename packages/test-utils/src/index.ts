/** Seeded test data, AWS events and helpers that leave nothing behind. */
export {
  type AttributeValue,
  marshall,
  marshallValue,
  type TypedItem,
  unmarshall,
  unmarshallValue,
} from './attribute-values.ts';
export { createManualClock, DEFAULT_NOW_MS, type ManualClock, nextTurn } from './clock.ts';
export { FICTIONAL_PHONES, fictionalPhone, isFictionalPhone, isReservedEmail, RESERVED_DOMAINS } from './contact.ts';
export { type LambdaContext, type LambdaContextOptions, makeLambdaContext } from './context.ts';
export { TEST_UTILS_ERROR_CODES, TestUtilsError, type TestUtilsErrorCode } from './errors.ts';
export * from './events/index.ts';
export * from './generate.ts';
export {
  createGenerator,
  type Generator,
  type GeneratorOptions,
  type TestCampaign,
  type TestEntry,
  type TestEvent,
  type TestMarket,
  type TestUser,
} from './generator.ts';
export {
  type HttpAnswer,
  type HttpRequestOptions,
  type HttpRequestWithTokenOptions,
  request,
  requestWithJWT,
} from './http.ts';
export { createLeakCheck, failOnLeaks, type LeakCheck } from './leaks.ts';
export { createLogCapture, type LogCapture } from './log-capture.ts';
export { findPersonalData, type PersonalData, type PersonalDataFinding } from './personal-data.ts';
export { createSeededRandom, type Seed } from './random.ts';
export {
  generateScoreCampaigns,
  type ScoreCampaign,
  type ScoreCampaigns,
  type ScoreCampaignsOptions,
} from './score-campaigns.ts';
export { DEFAULT_SCORE_FAULTS, SCORE_FAULTS, type ScoreFault } from './score-faults.ts';
export {
  collectScoreFile,
  generateScoreFile,
  generateScoreFileBytes,
  type ScoreFileOptions,
  type ScoreFileSummary,
} from './score-file.ts';
export { SCORE_COLUMNS, type ScoreColumn } from './score-rows.ts';
export { type Owner, type TemporaryDirectory, temporaryDirectory } from './temporary-directory.ts';
export { signTestToken, type TokenOptions } from './token.ts';
export { createGate, createProbe, type Gate, type Probe } from './waiting.ts';
