import type { Document } from '@verifiedfan/ports';
import type { DatabaseOperation } from './operations.ts';

const insert = (fields: Omit<Document, '_id'>, _id = 'id'): DatabaseOperation => ({ insertOne: { ...fields, _id } });

/** What differed once, shrunk. */
export const REGRESSIONS: Readonly<Record<string, readonly DatabaseOperation[]>> = {
  'a text is no number to $mod': [insert({ n: '1' }), { count: { n: { $mod: [2, 1] } } }],
  'a single value is all of one': [insert({ n: 1 }), { count: { n: { $all: [1] } } }],
  'an empty array comes before null': [
    insert({ list: [] }, 'a'),
    insert({}, 'b'),
    {
      find: {
        sort: [
          ['list', -1],
          ['_id', -1],
        ],
      },
    },
  ],
  'an element that is an array has no fields': [
    insert({ list: [[{ k: 1 }]] }),
    { count: { list: { $elemMatch: { k: 1 } } } },
  ],
  'an array named by its index is not gone into': [insert({ list: [[1, 2]] }), { count: { 'list.0': 1 } }],
  'a filter takes objects alone out of an array': [
    insert({ t: [1] }),
    { write: [{ updateOne: { filter: { _id: 'id' }, update: { $pull: { t: { k: null } } } } }] },
  ],
  'a path with an empty part is wrong also where nothing is found': [
    { write: [{ updateOne: { filter: { _id: 'id' }, update: { $set: { 'a..b': 1 } } } }] },
  ],
  'an array with text is in a partial index': [
    insert({ email: [2, 'a@x'] }, 'a'),
    { count: { email: 'a@x' } },
    insert({ email: 'a@x' }, 'b'),
  ],
};
