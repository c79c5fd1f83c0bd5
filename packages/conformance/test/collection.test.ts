import { it } from 'node:test';
import { collectionCases, registerMutants } from '../src/index.ts';
import { indexes, queries } from './collection-query-flaws.ts';
import { bulk, storing } from './collection-storing-flaws.ts';
import { updates } from './collection-update-flaws.ts';
import { openDatabase } from './embedded-subjects.ts';
import { transactions } from './transaction-flaws.ts';

registerMutants({
  title: 'collection',
  cases: collectionCases,
  it,
  open: openDatabase,
  mutants: { ...storing, ...bulk, ...updates, ...queries, ...indexes, ...transactions },
});
