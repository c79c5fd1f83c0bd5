import { type DatabaseFlaw, type Flaws, inTransactions, withIndexes } from './collection-mutants.ts';

/** Runs the steps one by one, without a way back. */
const oneByOne: DatabaseFlaw = inTransactions((database) => async (steps) => {
  for (const step of steps) {
    const result = await database.transact([step]);
    if (result.outcome === 'aborted') return { ...result, step: steps.indexOf(step) };
  }
  return database.transact([]);
});
const notNamingTheStep: DatabaseFlaw = inTransactions((database) => async (steps) => {
  const result = await database.transact(steps);
  return result.outcome === 'aborted' ? { ...result, step: 0 } : result;
});
const expectingAnything: DatabaseFlaw = inTransactions(
  (database) => (steps) => database.transact(steps.map(({ collection, operation }) => ({ collection, operation }))),
);

export const transactions: Flaws = {
  'commits a list of steps over several collections, answered in order': {
    'writes the first step alone': inTransactions((database) => (steps) => database.transact(steps.slice(0, 1))),
    'writes into one collection': inTransactions(
      (database) => (steps) => database.transact(steps.map((step) => ({ ...step, collection: 'campaigns' }))),
    ),
  },
  'writes nothing when a step matches another number than expected, and names the step': {
    'writes what fits': oneByOne,
    'does not name the step': notNamingTheStep,
    'expects nothing': expectingAnything,
  },
  'writes nothing when a unique index or an id refuses a step, and names the step': {
    'writes what fits': oneByOne,
    'does not name the step': notNamingTheStep,
    'has no unique indexes': withIndexes((all) => all.map((index) => ({ ...index, unique: false }))),
  },
  'writes nothing when a step is wrong in itself': { 'writes what fits': oneByOne },
  'lets one of two transactions win that start from the same version': { 'expects nothing': expectingAnything },
};
