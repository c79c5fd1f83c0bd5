import type { IndexDefinition } from '@verifiedfan/ports';

/** One for each filter that narrows much, and one for each order. */
export const LIST_INDEXES: readonly IndexDefinition[] = [
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
