import { createRequire } from 'node:module';
import { assertJson, invalid } from '@verifiedfan/driver';
import type { Document, Filter, JsonObject, JsonValue } from '@verifiedfan/ports';
import { OPERATORS, type Operator } from './query-operators.ts';

// mingo costs some 25 ms and 13 MiB, and most processes only ever filter by plain equality: it is loaded when first needed, and
// synchronously, because a write must not wait in the middle.
const load = createRequire(import.meta.url);

/** Parts of MongoDB's language that would run code, look beyond the document, or ask for the machine's time. */
const REFUSED: ReadonlySet<string> = new Set(['$where', '$expr', '$jsonSchema', '$text', '$comment', '$currentDate']);
const LISTS: ReadonlySet<string> = new Set(['$and', '$or', '$nor']);

export type QueryLanguage = {
  /** Makes a test of MongoDB's query language. Throws `validation` for a filter outside of it. */
  compile(filter: Filter): (document: JsonObject) => boolean;
  /** Applies update operators in place, with the filter that positional paths refer to. */
  update(document: Document, operators: JsonObject, filter: Filter): void;
};

const checkFilter = (filter: unknown): void => {
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter))
    throw invalid('a filter must be an object');
  for (const [name, value] of Object.entries(filter)) {
    if (REFUSED.has(name)) throw invalid(`the operator ${name} is not supported`);
    if (!LISTS.has(name)) continue;
    if (!Array.isArray(value) || value.length === 0) throw invalid(`${name} needs a list of filters`);
    value.forEach(checkFilter);
  }
};

const explain = <Answer>(what: string, work: () => Answer): Answer => {
  try {
    return work();
  } catch (error) {
    throw invalid(`${what} is outside of the language`, undefined, error);
  }
};

const createOptions = () => {
  const { Context, ProcessingMode } = load('mingo/core') as typeof import('mingo/core');
  const operators = load('mingo/operators/query') as typeof import('mingo/operators/query');
  const { Query } = load('mingo/query') as typeof import('mingo/query');
  type MingoOperator = typeof operators.$eq;
  const adapt =
    (operator: Operator): MingoOperator =>
    (path, operand, options) => {
      const test = operator(path, operand as JsonValue, (filter) => {
        const query = new Query(filter, options);
        return (document) => query.test(document);
      });
      return (document) => test(document as JsonObject);
    };
  const own = Object.fromEntries(Object.entries(OPERATORS).map(([name, operator]) => [name, adapt(operator)]));
  const query = { ...operators, ...own };
  return {
    idKey: '_id',
    processingMode: ProcessingMode.CLONE_OFF,
    useStrictMode: true,
    scriptEnabled: false,
    failOnError: true,
    context: Context.init({ query }),
  };
};

/** MongoDB's language by mingo, loaded on first use. */
export const createQueryLanguage = (): QueryLanguage => {
  let prepared: ReturnType<typeof createOptions> | undefined;
  const options = () => {
    prepared ??= createOptions();
    return prepared;
  };
  return {
    compile(filter) {
      assertJson(filter);
      checkFilter(filter);
      const { Query } = load('mingo/query') as typeof import('mingo/query');
      const query = explain('the filter', () => new Query(filter, options()));
      return (document) => explain('the filter', () => query.test(document));
    },
    update(document, operators, filter) {
      const { updateOne } = load('mingo/updater') as typeof import('mingo/updater');
      explain('the update', () => updateOne([document], filter, operators, { cloneMode: 'deep' }, options()));
    },
  };
};
