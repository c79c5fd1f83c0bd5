import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { freePorts } from './support/ports.ts';
import { COMMAND, spawnCommand } from './support/spawn.ts';

const PAGE = fileURLToPath(new URL('../../docs/campaigns.md', import.meta.url));
const DOCUMENTED_PORT = '8080';
/** Printed behind each block; nothing else prints it. */
const END = '\u0000';

type Step = { commands: string; expected: string; line: number };

/** Every `sh` block with the `text` block that follows it. Throws for one that has none: it would be run and not looked at. */
const readSteps = (page: string): Step[] => {
  const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(({ 1: kind = '', 2: text = '', index }) => ({
    kind,
    text,
    line: page.slice(0, index).split('\n').length,
  }));
  return blocks.flatMap(({ kind, text: commands, line }, index) => {
    if (kind !== 'sh') return [];
    const next = blocks[index + 1];
    assert.equal(next?.kind, 'text', `the block in line ${line} does not say what comes out`);
    return [{ commands, expected: next?.text ?? '', line }];
  });
};

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** `…` stands for anything within its line. */
const patternOf = (expected: string): RegExp => new RegExp(`^${expected.trim().split('…').map(literally).join('.*')}$`);

/** Output without the carriage returns of HTTP's heads and without space at its ends. */
const tidy = (output: string): string => output.replaceAll('\r', '').trim();

/** One shell for all blocks, as a reader has; `npx verifiedfan` is this repository's command, on this Node. */
const runShell = async (steps: readonly Step[], { directory, port }: { directory: string; port: number }) => {
  const programs = `${directory}/programs`;
  mkdirSync(programs);
  writeFileSync(`${programs}/npx`, `#!/bin/sh\nshift\nexec '${process.execPath}' '${COMMAND}' "$@"\n`);
  chmodSync(`${programs}/npx`, 0o755);
  const script = steps.map(({ commands }) => `${commands.replaceAll(DOCUMENTED_PORT, String(port))}printf '\\0'\n`);
  const shell = spawn('sh', ['-s'], {
    cwd: directory,
    env: { ...process.env, PATH: [programs, dirname(process.execPath), process.env.PATH].join(':') },
  });
  let out = '';
  let err = '';
  shell.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  shell.stdin.end(script.join(''));
  await once(shell, 'close');
  return { outputs: out.split(END).map(tidy), err };
};

const reasonAgainst = (): string | false =>
  spawnSync('curl', ['--version']).status === 0
    ? false
    : 'there is no curl on this machine, and the page is about curl';

describe('the walk through the life of a campaign', () => {
  it('does what its page says, from the token to INACTIVE', { skip: reasonAgainst() }, async (test) => {
    const { path } = temporaryDirectory(test);
    const port = await freePorts();
    const started = spawnCommand(test, ['start', '--no-sample', '--port', String(port)], {
      directory: path,
      env: { LOG_LEVEL: 'error' },
    });
    await started.printed('Ctrl-C stops');
    const steps = readSteps(readFileSync(PAGE, 'utf8'));
    assert.ok(steps.length > 10);

    const { outputs, err } = await runShell(steps, { directory: path, port });

    assert.equal(err, '');
    for (const [index, { expected, line }] of steps.entries()) {
      assert.match(outputs[index] ?? '', patternOf(expected), `docs/campaigns.md, line ${line}`);
    }
    started.kill('SIGINT');
    assert.equal((await started.ended).code, 0);
  });

  it('is compared line by line: what is cut out of a line reaches no further', () => {
    const [step] = readSteps('# Page\n\n```sh\necho a\n```\n\nwords\n\n```text\n{"a":…}\nb\n```\n');
    assert.deepEqual([step?.commands, step?.line], ['echo a\n', 3]);
    const pattern = patternOf(step?.expected ?? '');
    assert.match('{"a":1}\nb', pattern);
    assert.doesNotMatch('{"a":1\n2}\nb', pattern);
    assert.doesNotMatch('{"a":1}\nbc', pattern);
    assert.throws(() => readSteps('```sh\necho a\n```\n'), /does not say what comes out/);
  });
});
