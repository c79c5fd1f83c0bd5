import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { temporaryDirectory } from '@verifiedfan/test-utils';
import { workers } from '@verifiedfan/workers';
import { cfnLint } from '../../src/definitions/testers.ts';
import { runTool, type ToolResult } from '../../src/harness/run-tool.ts';
import { runSynth } from './run-synth.ts';

const REGION = 'eu-west-1';
const CONTEXT = {
  stage: 'test',
  account: '111122223333',
  region: REGION,
  domain: 'onsale.example.org',
  certificateArn: `arn:aws:acm:${REGION}:111122223333:certificate/00000000-0000-4000-8000-000000000000`,
};

let directory: { path: string; remove(): void };
let templates: string[];

/** A module for each worker in place of its bundle: no template says what is in it. */
const makeBundles = (folder: string): string => {
  for (const worker of Object.keys(workers)) {
    mkdirSync(join(folder, worker), { recursive: true });
    writeFileSync(join(folder, worker, 'index.mjs'), 'export const handler = async () => null;\n');
  }
  return folder;
};

const lint = (files: readonly string[]): Promise<ToolResult> =>
  runTool({
    tool: cfnLint,
    script: 'cfn-lint',
    args: ['--non-zero-exit-code', 'error', '--regions', REGION, '--', ...files],
    cwd: directory.path,
  });

before(async () => {
  directory = temporaryDirectory();
  const out = join(directory.path, 'out');
  await runSynth({ out, bundles: makeBundles(join(directory.path, 'bundles')), context: CONTEXT });
  templates = readdirSync(out)
    .filter((name) => name.endsWith('.template.json'))
    .map((name) => join(out, name));
});
after(() => directory.remove());

describe('cfn-lint', () => {
  it('finds no error in the templates of a stage', async () => {
    assert.equal(templates.length, 3);
    const { code, output } = await lint(templates);
    assert.equal(code, 0, output);
  });

  it('finds the property that no table has, and the name that leads nowhere', async () => {
    const onsale = templates.find((file) => file.includes('onsale')) ?? '';
    type Template = { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> };
    const template = JSON.parse(readFileSync(onsale, 'utf8')) as Template;
    const table = Object.values(template.Resources).find(({ Type }) => Type === 'AWS::DynamoDB::Table');
    Object.assign(table?.Properties ?? {}, { TableLegs: 4, TableName: { Ref: 'Nobody' } });
    const broken = join(directory.path, 'broken.template.json');
    writeFileSync(broken, JSON.stringify(template));
    const { code, output } = await lint([broken]);
    assert.notEqual(code, 0);
    assert.match(output, /E3002[\s\S]*TableLegs/);
    assert.match(output, /Nobody/);
  });
});
