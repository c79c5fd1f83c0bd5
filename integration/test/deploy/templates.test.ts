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
/** With every setting that makes other resources. */
const IN_A_NETWORK = {
  ...CONTEXT,
  stage: 'prod',
  network: JSON.stringify({
    vpc: 'vpc-0a1b2c3d',
    privateSubnets: ['subnet-0a1b2c3d', 'subnet-1a1b2c3d'],
    publicSubnets: ['subnet-2a1b2c3d', 'subnet-3a1b2c3d'],
    securityGroups: ['sg-0a1b2c3d'],
  }),
  shards: JSON.stringify({ scoresStream: 8, campaignDataStream: 'on-demand' }),
  reservedConcurrency: '50',
  alarmEmail: 'operator@example.org',
};

let directory: { path: string; remove(): void };
let templates: string[];
let others: string[];

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

const synthesise = async (name: string, bundles: string, context: Readonly<Record<string, string>>) => {
  const out = join(directory.path, name);
  await runSynth({ out, bundles, context });
  return readdirSync(out)
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(out, file));
};

before(async () => {
  directory = temporaryDirectory();
  const bundles = makeBundles(join(directory.path, 'bundles'));
  templates = await synthesise('out', bundles, CONTEXT);
  others = await synthesise('network', bundles, IN_A_NETWORK);
});
after(() => directory.remove());

describe('cfn-lint', () => {
  it('finds no error in the templates of a stage', async () => {
    assert.equal(templates.length, 3);
    const { code, output } = await lint(templates);
    assert.equal(code, 0, output);
  });

  it('finds none in those of a stage in a network that is there already', async () => {
    assert.equal(others.length, 3);
    const { code, output } = await lint(others);
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
