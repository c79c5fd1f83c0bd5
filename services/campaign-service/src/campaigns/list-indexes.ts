import type { IndexDefinition } from '@verifiedfan/ports';

/** One for each filter that narrows much, and one for each order. */
export const LIST_INDEXES: readonly IndexDefinition[] = [
  {
    // The order of lists that ask for no other. MongoDB has an index of ids alone, and lets nobody make it again under another name.
    name: 'id',
    fields: [
      ['_id', 1],
      ['createdAt', 1],
    ],
  },
  {
    name: 'status',
    fields: [
      ['status', 1],
      ['_id', 1],
    ],
  },
  { name: 'promoterId', fields: [['promoterId', 1]] },
  { name: 'artistIds', fields: [['artistIds', 1]] },
  { name: 'words', fields: [['search.words', 1]] },
  {
    name: 'open',
    fields: [
      ['date.open', 1],
      ['_id', 1],
    ],
  },
  {
    name: 'updatedAt',
    fields: [
      ['updatedAt', 1],
      ['_id', 1],
    ],
  },
  {
    name: 'name',
    fields: [
      ['search.name', 1],
      ['_id', 1],
    ],
  },
];
