import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { after, describe, it } from 'node:test';
import { bundleServices } from '@verifiedfan/lambda';
import { ROOT } from './support/synthesise.ts';

const directory = `${ROOT}dist/services`;
const lines = readFileSync(`${ROOT}runtime/aws/Dockerfile`, 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({ word: line.split(' ')[0] ?? '', rest: line.slice(line.indexOf(' ') + 1) }));
const restOf = (word: string): string[] => lines.filter((line) => line.word === word).map(({ rest }) => rest);

/** Runs what the image runs, until it ends by itself. */
const run = (
  parts: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<{ code: number | null; output: string }> =>
  new Promise((resolve) => {
    const [, ...parameters] = parts;
    const child = spawn(process.execPath, parameters, {
      cwd: directory,
      env: { AWS_REGION: 'eu-west-1', ...environment },
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += String(chunk)));
    child.stderr.on('data', (chunk) => (output += String(chunk)));
    child.on('exit', (code) => resolve({ code, output }));
  });

describe('the image of the REST services', () => {
  after(() => rmSync(`${ROOT}dist/test`, { recursive: true, force: true }));

  it('says only what an engine knows, and runs as nobody special', () => {
    const known = ['FROM', 'ENV', 'WORKDIR', 'COPY', 'USER', 'EXPOSE', 'ENTRYPOINT', 'CMD'];
    assert.deepEqual(
      lines.filter(({ word }) => !known.includes(word)),
      [],
    );
    assert.equal(lines[0]?.word, 'FROM');
    assert.match(restOf('FROM')[0] ?? '', /^node:24/);
    assert.deepEqual(restOf('USER'), ['node']);
    assert.deepEqual(restOf('EXPOSE'), ['8080']);
  });

  it('copies what there is, and starts each service', async () => {
    const bundled = await bundleServices({ directory });
    for (const copied of restOf('COPY')) assert.ok(existsSync(`${ROOT}${copied.split(' ')[0]}`), copied);
    const entrypoint = JSON.parse(restOf('ENTRYPOINT')[0] ?? '') as string[];
    const command = JSON.parse(restOf('CMD')[0] ?? '') as string[];
    assert.ok(bundled.some(({ name }) => command[0] === `${name}/index.mjs`));
    for (const { name } of bundled) {
      const { code, output } = await run([...entrypoint, `${name}/index.mjs`], {});
      assert.equal(code, 1, name);
      // It came as far as its own configuration: everything that it imports is there.
      assert.match(output, /ConfigurationError: RESOURCE_PREFIX is missing/, name);
    }
  });
});
