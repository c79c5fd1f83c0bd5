import { DEFAULT_NOW_MS } from './clock.ts';
import { FICTIONAL_PHONES, fictionalPhone, RESERVED_DOMAINS } from './contact.ts';
import { TestUtilsError } from './errors.ts';
import { ARTISTS, FIRST_NAMES, LAST_NAMES, VENUES } from './names.ts';
import { createBits, type Seed } from './random.ts';

export type TestUser = {
  globalUserId: string;
  memberId: string;
  sid: string;
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
};
export type TestEvent = { eventId: string; name: string; venue: string; city: string; timezone: string; date: string };
export type TestMarket = { eventId: string };
export type TestCampaign = {
  _id: string;
  name: string;
  date: { open: string; close: string };
  timezone: string;
  locales: string[];
  domain: { site: string };
  markets: TestMarket[];
};
export type TestEntry = {
  campaignId: string;
  memberId: string;
  globalUserId: string;
  email: string;
  phone: string;
  preferences: string[];
};

export type GeneratorOptions = {
  /** Equal seeds give equal data in the same order of calls. */
  seed: Seed;
  /** The moment around which dates lie, in milliseconds. @default 2026-01-05T10:00:00Z */
  nowMs?: number;
};

export type Generator = ReturnType<typeof createGenerator>;

const DAY_MS = 86_400_000;

/** Valid test data from a seed. Every call moves the generator on; each `overrides` replaces members of the result. */
export const createGenerator = ({ seed, nowMs = DEFAULT_NOW_MS }: GeneratorOptions) => {
  const bits = createBits(seed);
  let serial = 0;

  /** A whole number from `low` to `high`, both included. The range must be below 2^32. */
  const int = (low: number, high: number): number => low + (bits() % (high - low + 1));
  const pick = <Value>(values: readonly Value[]): Value => {
    if (values.length === 0) throw new TestUtilsError('invalid_option', 'there is nothing to pick from');
    return values[int(0, values.length - 1)] as Value;
  };
  const hex = (length: number): string =>
    Array.from({ length: Math.ceil(length / 8) }, () => bits().toString(16).padStart(8, '0'))
      .join('')
      .slice(0, length);
  const objectId = (): string =>
    Math.floor(nowMs / 1000)
      .toString(16)
      .padStart(8, '0')
      .slice(-8) + hex(16);
  const phone = (): string => fictionalPhone(bits() % FICTIONAL_PHONES);
  /** Different at every call, because addresses are keys in many places. */
  const email = (firstName: string = pick(FIRST_NAMES), lastName: string = pick(LAST_NAMES)): string => {
    serial += 1;
    return `${firstName}.${lastName}.${serial}@${pick(RESERVED_DOMAINS)}`.toLowerCase();
  };

  const user = (overrides: Partial<TestUser> = {}): TestUser => {
    const [firstName, lastName] = [overrides.firstName ?? pick(FIRST_NAMES), overrides.lastName ?? pick(LAST_NAMES)];
    const ids = { globalUserId: `gu-${hex(16)}`, memberId: objectId(), sid: `sid-${hex(12)}` };
    return { ...ids, firstName, lastName, email: email(firstName, lastName), phone: phone(), ...overrides };
  };
  const event = (overrides: Partial<TestEvent> = {}): TestEvent => {
    const place = pick(VENUES);
    const date = new Date(nowMs + int(90, 270) * DAY_MS).toISOString();
    return { eventId: `ev-${hex(12)}`, name: `${pick(ARTISTS)} in ${place.city}`, ...place, date, ...overrides };
  };
  const market = (overrides: Partial<TestMarket> = {}): TestMarket => ({ eventId: `ev-${hex(12)}`, ...overrides });
  const campaign = (overrides: Partial<TestCampaign> = {}): TestCampaign => {
    const [_id, artist] = [objectId(), pick(ARTISTS)];
    const open = nowMs + int(1, 10) * DAY_MS;
    return {
      _id,
      name: `${artist} Tour`,
      date: { open: new Date(open).toISOString(), close: new Date(open + 14 * DAY_MS).toISOString() },
      timezone: pick(VENUES).timezone,
      locales: ['en-US'],
      domain: { site: `${artist.toLowerCase().replaceAll(' ', '-')}-${hex(6)}.fans.test` },
      markets: Array.from({ length: int(2, 5) }, () => market()),
      ...overrides,
    };
  };
  const entry = (overrides: Partial<TestEntry> = {}): TestEntry => {
    const { memberId, globalUserId, email, phone } = user();
    const preferences = Array.from({ length: int(1, 3) }, () => market().eventId);
    return { campaignId: objectId(), memberId, globalUserId, email, phone, preferences, ...overrides };
  };
  return { int, pick, hex, objectId, phone, email, user, event, market, campaign, entry };
};
