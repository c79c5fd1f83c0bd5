import { createHash } from 'node:crypto';
import type { JsonObject } from '@verifiedfan/ports';

/** How many of each kind there are. */
export const CATALOGUE_SIZE = { attractions: 3_000, venues: 1_200, events: 6_000 } as const;
export type CatalogueKind = keyof typeof CATALOGUE_SIZE;

/** One thing as it is searched: its words are those that a keyword finds. */
export type CatalogueItem = { id: string; name: string; words: readonly string[]; index: number };

export type EventFacts = { attraction: number; venue: number; startMs: number; placeholderSale: boolean };

const FIRST =
  'Velvet,Silver,Midnight,Paper,Golden,Neon,Quiet,Electric,Crimson,Hollow,Northern,Wooden,Distant,Gentle,Broken,Lunar,Frozen,Wild,Hidden,Café,Burning,Second,Amber,Marble,Restless,Salt,Copper,Winter,Royal,Tiny,Glass,Désert,Coastal,Faded,Lucky,Solar,Static,Iron,Öde,Sleeping,Painted,Early,Late,Humming,Violet,Mirror,Sunday,Western,Magnetic,Empty'.split(
    ',',
  );
const SECOND =
  'Lanterns,Harbour,Echoes,Foxes,Parade,Orchestra,Rivers,Machines,Sparrows,Theory,Cathedral,Engines,Gardens,Shadows,Radio,Comets,Letters,Wolves,Kites,Avenue,Satellites,Tigers,Windows,Islands,Thunder,Circus,Bridges,Planets,Horses,Pilots,Signals,Meadow,Dancers,Postcards,Anchors,Clocks,Owls,Villains,Strangers,Poets,Arcade,Ghosts,Lemons,Trains,Oceans,Fables,Voltage,Choir,Tides,Feathers,Moths,Giants,Robots,Summits,Lakes,Sirens,Ballroom,Crows,Atlas,Matches'.split(
    ',',
  );
const HALLS = 'Hall,Arena,Theatre,Gardens,Stadium,Ballroom,Club,Pavilion,Amphitheatre,Centre,Dome,Forum'.split(',');
const STREETS = 'North,South,East,West,Old,New,Grand,Royal,River,Park'.split(',');

type City = readonly [
  name: string,
  region: string,
  regionCode: string,
  country: string,
  code: string,
  zone: string,
  at: string,
];
const CITIES: readonly City[] = [
  ['New York', 'New York', 'NY', 'United States Of America', 'US', 'America/New_York', '40.75,-73.99'],
  ['Chicago', 'Illinois', 'IL', 'United States Of America', 'US', 'America/Chicago', '41.88,-87.63'],
  ['Denver', 'Colorado', 'CO', 'United States Of America', 'US', 'America/Denver', '39.74,-104.99'],
  ['Los Angeles', 'California', 'CA', 'United States Of America', 'US', 'America/Los_Angeles', '34.05,-118.24'],
  ['Toronto', 'Ontario', 'ON', 'Canada', 'CA', 'America/Toronto', '43.65,-79.38'],
  ['London', '', '', 'Great Britain', 'GB', 'Europe/London', '51.51,-0.13'],
  ['Manchester', '', '', 'Great Britain', 'GB', 'Europe/London', '53.48,-2.24'],
  ['Dublin', '', '', 'Ireland', 'IE', 'Europe/Dublin', '53.35,-6.26'],
  ['Berlin', '', '', 'Germany', 'DE', 'Europe/Berlin', '52.52,13.41'],
  ['München', '', '', 'Germany', 'DE', 'Europe/Berlin', '48.14,11.58'],
  ['Paris', '', '', 'France', 'FR', 'Europe/Paris', '48.86,2.35'],
  ['Sydney', 'New South Wales', 'NSW', 'Australia', 'AU', 'Australia/Sydney', '-33.87,151.21'],
];

const PREFIXES: Record<CatalogueKind, string> = { attractions: 'K8vSand', venues: 'KovSand', events: 'vvSand' };
const EVENTS_FROM_MS = Date.UTC(2026, 5, 1, 18);
const DAY_MS = 86_400_000;

/** Whole, the same on every machine, and without a visible order. */
const scatter = (text: string, below: number): number =>
  createHash('sha256').update(text).digest().readUInt32BE(0) % below;

const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

export const idOf = (kind: CatalogueKind, index: number): string =>
  `${PREFIXES[kind]}${index.toString(36).padStart(4, '0').toUpperCase()}`;

/** The number of a thing, undefined for an id that the catalogue does not have. */
export const indexOf = (kind: CatalogueKind, id: string): number | undefined => {
  if (!id.startsWith(PREFIXES[kind])) return undefined;
  const index = Number.parseInt(id.slice(PREFIXES[kind].length), 36);
  return index >= 0 && index < CATALOGUE_SIZE[kind] && idOf(kind, index) === id ? index : undefined;
};

export const cityOf = (venue: number): City => pick(CITIES, scatter(`city ${venue}`, CITIES.length));

const attractionName = (index: number): string =>
  `${pick(FIRST, index)} ${pick(SECOND, Math.floor(index / FIRST.length))}`;
const venueName = (index: number): string =>
  `${pick(STREETS, Math.floor(index / HALLS.length))} ${pick(HALLS, index)} ${Math.floor(index / 120) + 1}`;

export const nameOf = (kind: CatalogueKind, index: number): string => {
  if (kind === 'attractions') return attractionName(index);
  if (kind === 'venues') return venueName(index);
  const { attraction, venue } = eventFacts(index);
  return `${attractionName(attraction)} in ${cityOf(venue)[0]}`;
};

export const eventFacts = (index: number): EventFacts => ({
  // Every artist has two events or so, so that a search by artist finds some.
  attraction: index % CATALOGUE_SIZE.attractions,
  venue: scatter(`venue ${index}`, CATALOGUE_SIZE.venues),
  startMs: EVENTS_FROM_MS + scatter(`day ${index}`, 540) * DAY_MS,
  // About one in eight real events carries the year 1900 where nobody knows yet.
  placeholderSale: index % 8 === 3,
});

/** Words as a keyword is compared: without accents and case. */
export const wordsOf = (text: string): string[] =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');

const itemOf = (kind: CatalogueKind, index: number): CatalogueItem => {
  const name = nameOf(kind, index);
  const place = kind === 'venues' ? [cityOf(index)[0]] : [];
  return { id: idOf(kind, index), name, words: wordsOf([name, ...place].join(' ')), index };
};

/** The catalogue: the same on every run, made when it is first searched. */
export const createCatalogue = () => {
  const made = new Map<CatalogueKind, readonly CatalogueItem[]>();
  return (kind: CatalogueKind): readonly CatalogueItem[] => {
    const known = made.get(kind) ?? Array.from({ length: CATALOGUE_SIZE[kind] }, (_, index) => itemOf(kind, index));
    made.set(kind, known);
    return known;
  };
};

/** A picture address below a reserved domain. */
export const imagesOf = (id: string): JsonObject[] =>
  (['16_9', '4_3', '3_2'] as const).map((ratio, index) => ({
    ratio,
    url: `https://images.example.com/${id}/${ratio}.jpg`,
    width: 640 - index * 120,
    height: 360,
    fallback: false,
  }));
