import { createHash } from 'node:crypto';
import type { JsonObject } from '@verifiedfan/ports';

/** Countries by dialling code, longest first, with the length of their national numbers. */
const COUNTRIES = [
  { code: '353', iso2: 'IE', iso3: 'IRL', name: 'Ireland', length: 9, zone: 'Europe/Dublin' },
  { code: '33', iso2: 'FR', iso3: 'FRA', name: 'France', length: 9, zone: 'Europe/Paris' },
  { code: '44', iso2: 'GB', iso3: 'GBR', name: 'United Kingdom', length: 10, zone: 'Europe/London' },
  { code: '49', iso2: 'DE', iso3: 'DEU', name: 'Germany', length: 10, zone: 'Europe/Berlin' },
  { code: '61', iso2: 'AU', iso3: 'AUS', name: 'Australia', length: 9, zone: 'Australia/Sydney' },
  { code: '1', iso2: 'US', iso3: 'USA', name: 'United States', length: 10, zone: 'America/New_York' },
] as const;
const ELSEWHERE = { code: '', iso2: 'ZZ', iso3: 'ZZZ', name: 'Unknown', length: 12, zone: 'UTC' } as const;

const MOBILE = { code: '2', description: 'MOBILE' };
const TYPES = [
  ...Array<typeof MOBILE>(8).fill(MOBILE),
  { code: '1', description: 'FIXED_LINE' },
  { code: '5', description: 'VOIP' },
];

/** TeleSign's published tables of levels disagree; these are the stand-in's own, by the lowest score of each. */
const LEVELS = [
  { from: 801, level: 'very-high', recommendation: 'block' },
  { from: 601, level: 'high', recommendation: 'flag' },
  { from: 401, level: 'medium', recommendation: 'flag' },
  { from: 201, level: 'medium-low', recommendation: 'allow' },
  { from: 0, level: 'low', recommendation: 'allow' },
] as const;

/** The score of a number, 0 to 1000: a function of its digits alone, spread evenly. */
export const scoreOf = (digits: string): number => hashOf(digits) % 1001;

export const riskOf = (score: number): JsonObject => {
  const { level, recommendation } = LEVELS.find(({ from }) => score >= from) ?? LEVELS[4];
  return { level, recommendation, score };
};

/** What the vendor says about a number besides its risk; `digits` is E.164 without the plus. */
export const describeNumber = (digits: string): JsonObject => {
  const country = COUNTRIES.find(({ code }) => digits.startsWith(code)) ?? ELSEWHERE;
  const national = digits.slice(country.code.length);
  const cleansing = {
    cleansed_code: national.length === country.length ? 100 : 105,
    country_code: country.code,
    min_length: country.length,
    max_length: country.length,
    phone_number: national,
  };
  const type = TYPES[hashOf(`type:${digits}`) % TYPES.length] ?? MOBILE;
  return {
    numbering: {
      original: { phone_number: national, complete_phone_number: digits, country_code: country.code },
      cleansing: { call: cleansing, sms: { ...cleansing } },
    },
    phone_type: { ...type },
    location: {
      country: { iso2: country.iso2, iso3: country.iso3, name: country.name },
      city: 'Springfield',
      time_zone: { name: country.zone },
    },
    carrier: { name: 'Demo Wireless' },
    blocklisting: { blocked: false, block_code: 0, block_description: 'Not blocked' },
  };
};

const hashOf = (text: string): number => createHash('sha256').update(text).digest().readUInt32BE(0);
