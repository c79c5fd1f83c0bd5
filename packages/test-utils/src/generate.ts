import {
  createGenerator,
  type TestCampaign,
  type TestEntry,
  type TestEvent,
  type TestMarket,
  type TestUser,
} from './generator.ts';

/**
 * The short names of the library's first users: one generator per process with a fixed seed. Two calls give different data, two runs
 * the same. A test that cares which values it gets uses `createGenerator` with a seed of its own.
 */
const shared = createGenerator({ seed: 'verifiedfan' });

export const generateUser = (overrides?: Partial<TestUser>): TestUser => shared.user(overrides);
export const generateCampaign = (overrides?: Partial<TestCampaign>): TestCampaign => shared.campaign(overrides);
export const generateMarket = (overrides?: Partial<TestMarket>): TestMarket => shared.market(overrides);
export const generateEntry = (overrides?: Partial<TestEntry>): TestEntry => shared.entry(overrides);
export const generateEvent = (overrides?: Partial<TestEvent>): TestEvent => shared.event(overrides);
/** An address below a reserved domain; nobody ever reads its mail. */
export const generateEmail = (): string => shared.email();
/** A number of a range that is kept for fiction, in E.164. */
export const generatePhone = (): string => shared.phone();
export const generateMongoObjectIdAsString = (): string => shared.objectId();
/** A whole number from `low` to `high`, both included. */
export const getRandomInt = (low: number, high: number): number => shared.int(low, high);
