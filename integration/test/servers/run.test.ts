import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseRunOptions, runOptions, toVariables } from '../../src/harness/options.ts';
import { readCommandLine } from '../../src/run/options.ts';
import { type RunTestsOptions, runTests } from '../../src/run/run-tests.ts';
import { selectFiles } from '../../src/run/selection.ts';
import { readSkips } from '../../src/run/skips.ts';
import { listRuns } from '../../src/servers/state.ts';
import { temporaryFolder, writeFiles } from './set-up.ts';

const IMPORTS = "import { describe, it } from 'node:test';\nimport assert from 'node:assert/strict';\n";
const SKIPPING = `${IMPORTS}describe('outer', () => { describe('inner', () => {
  it('passes', () => {});
  it('is not kept', { skip: 'the server forgets' }, () => {});
}); });`;
const SKIP = { suite: 'a.test.ts › outer › inner', case: 'is not kept', reason: 'the server forgets' };

type Given = { skips?: object[] } & Partial<RunTestsOptions['commandLine']>;

const run = async (test: TestContext, files: Record<string, string>, { skips = [], ...options }: Given = {}) => {
  const root = await temporaryFolder(test);
  const cache = join(root, 'cache');
  const inside = Object.fromEntries(Object.entries(files).map(([name, text]) => [`integration/test/${name}`, text]));
  writeFiles(root, { ...inside, 'integration/skips.json': JSON.stringify(skips), 'package.json': '{"type":"module"}' });
  const lines: string[] = [];
  const commandLine = { ...readCommandLine([]), ...options };
  const signal = new AbortController().signal;
  const say = (line: string): void => void lines.push(line);
  const good = await runTests({ root, cache, commandLine, say, signal, quiet: true });
  return {
    good,
    said: lines.join('\n'),
    runs: listRuns(cache),
    skips: readSkips(join(root, 'integration/skips.json')),
  };
};

describe('a run of tests', () => {
  it('is good when all pass and the listed cases are skipped, and leaves nothing behind', async (test) => {
    const { good, said, runs } = await run(test, { 'a.test.ts': SKIPPING }, { skips: [SKIP] });
    assert.equal(good, true);
    assert.match(said, /1 case skipped:\n.*a\.test\.ts › outer › inner › is not kept\n {4}the server forgets/);
    assert.deepEqual(runs, []);
  });

  it('names the file that was run, not the one in which a shared suite stands', async (test) => {
    const shared = `${IMPORTS}export const suite = (title) => describe(title, () => {
      it('passes', () => {}); it('is not kept', { skip: 'the server forgets' }, () => {}); });`;
    const using = "import { suite } from './shared.ts'; suite('one'); suite('two');";
    const files = { 'shared.ts': shared, 'a.test.ts': using, 'deep/b.test.ts': using.replace('./', '../') };
    const { skips } = await run(test, files, { updateSkips: true });
    const suites = ['a.test.ts', 'deep/b.test.ts'].flatMap((file) => [`${file} › one`, `${file} › two`]);
    assert.deepEqual(
      skips,
      suites.map((suite) => ({ ...SKIP, suite })),
    );
  });

  it('fails when a test fails', async (test) => {
    const { good, said } = await run(test, { 'a.test.ts': `${IMPORTS}it('fails', () => assert.fail());` });
    assert.equal(good, false);
    assert.match(said, /logs of the servers/);
  });

  it('fails on a skip that is not listed', async (test) => {
    const { good, said } = await run(test, { 'a.test.ts': SKIPPING });
    assert.equal(good, false);
    assert.match(said, /not in integration\/skips\.json/);
  });

  it('fails on a listed skip that is not one any more, but not on those of tests that were not run', async (test) => {
    const passing = { 'a.test.ts': `${IMPORTS}it('passes', () => {});`, 'b.test.ts': SKIPPING };
    const { good, said } = await run(test, passing, { skips: [SKIP], wanted: ['a.test'] });
    assert.equal(good, false);
    assert.match(said, /not skipped any more/);
    const other = { ...SKIP, suite: 'b.test.ts › outer › inner' };
    assert.equal((await run(test, passing, { skips: [other], wanted: ['a.test'] })).good, true);
  });

  it('fails on a skip without a reason, even when the list is being written', async (test) => {
    const silent = SKIPPING.replace("'the server forgets'", 'true');
    const { good, skips } = await run(test, { 'a.test.ts': silent }, { updateSkips: true });
    assert.equal(good, false);
    assert.deepEqual(skips, []);
  });

  it('writes the list when told to, and leaves the skips of other tests in it', async (test) => {
    const other = { suite: 'b.test.ts', case: 'another', reason: 'why not' };
    const gone = { ...SKIP, case: 'was renamed' };
    const files = { 'a.test.ts': SKIPPING, 'b.test.ts': SKIPPING };
    const { good, skips } = await run(test, files, { skips: [other, gone], updateSkips: true, wanted: ['a.test'] });
    assert.equal(good, true);
    assert.deepEqual(skips, [SKIP, other]);
  });

  it('hands its sizes to the tests', async (test) => {
    const text = `${IMPORTS}it('sees them', () => assert.equal(process.env.VERIFIEDFAN_INTEGRATION_SEEDS, '4,5'));`;
    assert.equal((await run(test, { 'a.test.ts': text }, { sizes: parseRunOptions({ seeds: '4,5' }) })).good, true);
  });

  it('keeps its folder, without an owner, when the servers are to stay', async (test) => {
    const { runs, said } = await run(test, { 'a.test.ts': `${IMPORTS}it('passes', () => {});` }, { keep: true });
    assert.equal(runs.length, 1);
    assert.match(said, /VERIFIEDFAN_SERVERS_RUN=test-\d+/);
  });

  it('ends early when it is told to', async (test) => {
    const root = await temporaryFolder(test);
    const hanging = `${IMPORTS}import { writeFileSync } from 'node:fs';
      it('hangs', async () => { writeFileSync('started', ''); await new Promise(() => setInterval(() => {}, 1000)); });`;
    writeFiles(root, {
      'integration/test/a.test.ts': hanging,
      'integration/skips.json': '[]',
      'package.json': '{"type":"module"}',
    });
    const stop = new AbortController();
    const options = { root, cache: join(root, 'cache'), commandLine: readCommandLine([]), say: () => {}, quiet: true };
    const running = runTests({ ...options, signal: stop.signal });
    while (!existsSync(join(root, 'started'))) await new Promise((resolve) => setTimeout(resolve, 20));
    stop.abort();
    await assert.rejects(running, { name: 'AbortError' });
    assert.deepEqual(listRuns(options.cache), []);
  });

  it('needs at least one test', async (test) => {
    await assert.rejects(run(test, { 'a.test.ts': SKIPPING }, { wanted: ['nothing like it'] }), RangeError);
  });
});

describe('the choice of tests', () => {
  const files = {
    'a.test.ts': "import { serverAddress } from '../src/index.ts'; serverAddress('redis');",
    'deep/b.test.ts': "import { open } from './helper.ts';",
    'deep/helper.ts':
      "import { awsConnection } from '../../src/index.ts'; import './b.test.ts'; awsConnection('ministack');",
    'servers/c.test.ts': "import { parseNames } from '../../src/servers/table.ts'; parseNames(['kafka']);",
  };
  const choose = async (test: TestContext, wanted: string[]) => {
    const folder = await temporaryFolder(test);
    writeFiles(folder, files);
    return selectFiles(wanted, folder);
  };

  it('takes all without a word, each with the servers that it and its helpers name', async (test) => {
    assert.deepEqual(await choose(test, []), [
      { file: 'a.test.ts', servers: ['redis'] },
      { file: 'deep/b.test.ts', servers: ['ministack'] },
      { file: 'servers/c.test.ts', servers: [] },
    ]);
  });

  it('goes by servers and by words of the path', async (test) => {
    const namesOf = async (...wanted: string[]) => (await choose(test, wanted)).map(({ file }) => file);
    assert.deepEqual(await namesOf('ministack'), ['deep/b.test.ts']);
    assert.deepEqual(await namesOf('deep', 'servers/'), ['deep/b.test.ts', 'servers/c.test.ts']);
    assert.deepEqual(await namesOf('redis', 'deep'), ['a.test.ts', 'deep/b.test.ts']);
  });
});

describe('sizes of a run', () => {
  it('have small defaults and survive the way through the environment', () => {
    assert.deepEqual(runOptions({}), { registrants: 2_000, operations: 2_000, seeds: [1], examples: 10 });
    const sizes = parseRunOptions({ registrants: '20000', operations: '10000', seeds: '1,2,3', examples: '200' });
    assert.deepEqual(runOptions(toVariables(sizes)), sizes);
  });

  it('are whole numbers', () => {
    for (const wrong of [{ registrants: '0' }, { operations: 'many' }, { seeds: '1,,2' }, { registrants: '1.5' }]) {
      assert.throws(() => parseRunOptions(wrong), RangeError);
    }
    assert.throws(() => readCommandLine(['--registrant', '5']), TypeError);
  });
});
