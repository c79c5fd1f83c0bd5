import { relative } from 'node:path';
import type { Skip } from './skips.ts';

/** The members of a test runner's event that matter here: https://nodejs.org/docs/latest-v24.x/api/test.html#class-testsstream */
export type TestEvent = {
  type: string;
  data: {
    name?: string;
    nesting?: number;
    /** Where the test stands: a suite that several files use stands in one of its own. */
    file?: string | undefined;
    /** The file that was run. */
    entryFile?: string | undefined;
    skip?: string | boolean | undefined;
    todo?: string | boolean | undefined;
  };
};

const reasonOf = (mark: string | boolean | undefined): string => (typeof mark === 'string' ? mark : '');

/**
 * Finds what was skipped. `test:start` comes in the order of declaration just before the results, and tells which suites are around a case.
 * A test that is to be done (`todo`) counts as skipped, since its failure does not fail the run.
 */
export const createSkipCollector = (testFolder: string) => {
  const around = new Map<string, string[]>();
  return ({ type, data }: TestEvent): Skip | undefined => {
    const { name = '', nesting = 0, skip, todo } = data;
    const file = data.entryFile ?? data.file ?? '';
    if (type === 'test:start') {
      const names = around.get(file) ?? [];
      names.splice(nesting, Number.POSITIVE_INFINITY, name);
      around.set(file, names);
    }
    const isResult = type === 'test:pass' || type === 'test:fail';
    if (!isResult || (skip === undefined && todo === undefined)) return undefined;
    if (skip === false || (skip === undefined && todo === false)) return undefined;
    const suites = (around.get(file) ?? []).slice(0, nesting);
    const reason = skip === undefined ? `to be done: ${reasonOf(todo)}` : reasonOf(skip);
    return { suite: [relative(testFolder, file), ...suites].join(' › '), case: name, reason };
  };
};

/** A reporter of `node --test`: one line of JSON for each skipped case. The working directory holds `integration/test`. */
async function* skipReporter(source: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const collect = createSkipCollector(`${process.cwd()}/integration/test`);
  for await (const event of source) {
    const skip = collect(event);
    if (skip !== undefined) yield `${JSON.stringify(skip)}\n`;
  }
}
export default skipReporter;
