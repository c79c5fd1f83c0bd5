import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type WorkerName, workers } from '@verifiedfan/workers';
import { type BundledWorker, bundleWorkers, readWorkerModules } from '../src/index.ts';
import { testDirectory } from './support/bundles.ts';

const NAMES = Object.keys(workers) as WorkerName[];
const directory = testDirectory('bundles');
let bundled: BundledWorker[] = [];
before(async () => {
  bundled = await bundleWorkers({ directory });
});
after(() => rmSync(directory, { recursive: true, force: true }));
const textOf = ({ folder }: BundledWorker): string => readFileSync(`${folder}/index.mjs`, 'utf8');

describe('the bundles', () => {
  it('are one a worker', () =>
    assert.deepEqual(
      bundled.map(({ name }) => name),
      NAMES,
    ));

  it('hold their own worker and no code of another', async () => {
    const modules = await readWorkerModules();
    for (const bundle of bundled) {
      const text = textOf(bundle);
      for (const { name, file } of modules) {
        const isOwn = name === bundle.name;
        assert.equal(
          bundle.inputs.some((input) => file.endsWith(`/${input}`)),
          isOwn,
          `${name} in ${bundle.name}`,
        );
        // As it stands in the text, whichever quotes were chosen.
        assert.equal(text.includes(workers[name].purpose.replaceAll("'", '').slice(0, 30)) && !isOwn, false, name);
      }
    }
  });

  it('leave out what no worker reaches on AWS: engines of one machine, services, tools', () => {
    for (const { name, inputs } of bundled) {
      const found = inputs.filter((input) =>
        /classic-level|mingo|packages\/embedded\/src\/(?!local\/system)|^services|esbuild/.test(input),
      );
      assert.deepEqual(found, [], name);
    }
  });

  it('stay below 300 kB zipped for the smallest worker', () => {
    const smallest = Math.min(...bundled.map(({ zippedBytes }) => zippedBytes));
    assert.ok(smallest <= 300_000, `${smallest}`);
  });

  it('are the same bytes when they are made again, elsewhere', async () => {
    const again = await bundleWorkers({ directory: `${directory}/again` });
    for (const [at, { name, archive }] of again.entries())
      assert.ok(readFileSync(archive).equals(readFileSync(bundled[at]?.archive ?? '')), name);
  });

  it('name no path of the machine that made them', () => {
    const here = new RegExp(process.cwd().replaceAll('/', '\\/'));
    for (const bundle of bundled) {
      assert.doesNotMatch(textOf(bundle), here, bundle.name);
      assert.doesNotMatch(readFileSync(`${bundle.folder}/index.mjs.map`, 'utf8'), here, bundle.name);
    }
  });

  it('are archives that others can read', () => {
    const [first] = bundled;
    const listed = execFileSync('python3', ['-m', 'zipfile', '-l', first?.archive ?? ''], { encoding: 'utf8' });
    assert.match(listed, /index\.mjs .*\n.*index\.mjs\.map/);
  });
});
