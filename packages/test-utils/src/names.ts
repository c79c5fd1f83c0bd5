/** Invented stock for names of people and places; ASCII, so that every name also fits into an e-mail address. 32 of each. */
export const FIRST_NAMES: readonly string[] = (
  'Ada Ben Cleo Dara Eli Fay Gus Hana Ivo June Kai Lena Milo Nora Otis Pia ' +
  'Quin Rosa Sami Tess Uma Vera Wim Xena Yara Zoe Abel Bea Cruz Dina Ezra Flo'
).split(' ');

export const LAST_NAMES: readonly string[] = (
  'Abbott Brook Castle Dale Ember Field Grove Hill Ivers Jasper Keys Lake Marsh North Oakes Penn ' +
  'Quill Rivers Stone Thorn Upton Vale West Xu York Zeller Ash Birch Cliff Dune Elm Fern'
).split(' ');

export const ARTISTS: readonly string[] = [
  'The Paper Lanterns',
  'Copper Moon',
  'Violet Static',
  'Nine Harbours',
  'Slow Comets',
  'Glass Orchard',
];

export const VENUES = [
  { city: 'Springfield', venue: 'Riverside Hall', timezone: 'America/Chicago' },
  { city: 'Rivertown', venue: 'Harbour Arena', timezone: 'America/New_York' },
  { city: 'Westport', venue: 'Lighthouse Stadium', timezone: 'America/Los_Angeles' },
  { city: 'Northgate', venue: 'Mill Street Theatre', timezone: 'Europe/London' },
  { city: 'Altstadt', venue: 'Neue Halle', timezone: 'Europe/Berlin' },
];
