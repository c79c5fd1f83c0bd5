import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { workers } from '@verifiedfan/workers';
import { readSettings } from '../src/settings.ts';
import { makeBundleFolders } from './support/bundle-folders.ts';
import { CONTEXT, ROOT } from './support/synthesise.ts';

const KNOWN = {
  endpoints: ['campaignService', 'entryService', 'slack', 'telesign'],
  streams: ['scoresStream', 'campaignDataStream'],
};
const read = (context: Readonly<Record<string, unknown>>) =>
  readSettings({ get: (name) => context[name], names: Object.keys(context), known: KNOWN });
const NETWORK = {
  vpc: 'vpc-0000000a',
  privateSubnets: ['subnet-0000000a', 'subnet-0000000b'],
  publicSubnets: ['subnet-0000000c', 'subnet-0000000d'],
  securityGroups: ['sg-0000000a'],
};
const synth = (...given: string[]) =>
  spawnSync(process.execPath, ['runtime/aws/src/synth.ts', ...given], { cwd: ROOT, encoding: 'utf8' });

describe('the settings of a stage', () => {
  it('come from the context', () => {
    const { prefix, bucketSuffix, zones, endpoints, reservedConcurrency } = read(CONTEXT);
    assert.deepEqual([prefix, bucketSuffix], ['verifiedfan-test', '111122223333-euw1']);
    assert.deepEqual(zones, ['eu-west-1a', 'eu-west-1b']);
    assert.equal(endpoints.campaignService, 'https://campaigns.onsale.example.org');
    assert.equal(reservedConcurrency, undefined);
  });

  it('are refused together, with what is missing and an example', () => {
    assert.throws(() => read({ account: '1' }), {
      name: 'SettingsError',
      message:
        /stage is missing.*\naccount must match.*\nregion is missing.*\ndomain is missing.*\ncertificateArn is missing.*\nfor example: /,
    });
  });

  it('need no certificate without the services', () => {
    const { domain, certificateArn, ...rest } = CONTEXT;
    assert.equal(read({ ...rest, services: 'none' }).services, undefined);
  });

  it('refuse values that would fail only when they are deployed', () => {
    const faulty = {
      stage: 'Dev!',
      architecture: 'sparc',
      endpoints: '{"slack":1}',
      zones: 'eu-west-1a',
      logRetentionDays: '1.5',
    };
    for (const [name, value] of Object.entries(faulty))
      assert.throws(() => read({ ...CONTEXT, [name]: value }), new RegExp(`${name} must`), name);
  });

  it('hand further variables to every function, but none that Lambda or the app sets', () => {
    const environment = { LOG_LEVEL: 'debug', OTEL_COLLECTOR_HOST: 'collector' };
    assert.deepEqual(read({ ...CONTEXT, environment: JSON.stringify(environment) }).environment, environment);
    assert.deepEqual(read(CONTEXT).environment, {});
    for (const wrong of ['{"AWS_REGION":"eu-west-1"}', '{"LAMBDA_X":"1"}', '{"LOG_LEVEL":1}', '[]', 'LOG_LEVEL=debug'])
      assert.throws(() => read({ ...CONTEXT, environment: wrong }), /environment must/, wrong);
  });

  it('refuse what CloudFormation, Lambda or a load balancer would refuse, and what would stop or silence a stage', () => {
    const arn = CONTEXT.certificateArn;
    const faulty: readonly (readonly [name: string, value: unknown, message: RegExp])[] = [
      ['logRetentionDays', '31', /^logRetentionDays must be one of 1, 3, 5, 7, 14, 30, /],
      ['logRetentionDays', '9999', /^logRetentionDays must/],
      ['reservedConcurrency', '0', /^reservedConcurrency must be a whole number from 1/],
      ['natGateways', '3', /^natGateways must be a whole number from 1 to 2/],
      ['zones', 'eu-west-1a,eu-west-1a', /^zones must name two or more different zones of eu-west-1/],
      ['zones', 'eu-west-1a,', /^zones must/],
      ['zones', 'eu-west-1a,eu-west-2b', /^zones must/],
      ['region', 'eu-wset-1', /^region must be one that AWS has: eu-wset-1/],
      ['alarmEmail', 'nobody', /^alarmEmail must/],
      ['services', 'some', /^services must be none/],
      ['certificateArn', arn.replace('eu-west-1', 'us-east-1'), /^certificateArn must be of eu-west-1/],
      ['certificateArn', arn.replace('111122223333', '444455556666'), /^certificateArn must be of .* 111122223333/],
      ['endpoints', { slack: 'ftp://slack.example.org' }, /^endpoints must be http or https URLs: that of slack/],
      ['endpoints', { slakc: 'https://slack.example.org' }, /^endpoints must not name slakc: .*slack, telesign/],
      ['environment', { RESOURCE_PREFIX: 'other' }, /^environment must not name RESOURCE_PREFIX/],
      ['shards', { scoreStream: 2 }, /^shards must not name scoreStream: the streams are scoresStream/],
      ['shards', { scoresStream: 0 }, /^shards must be whole numbers from 1 or "on-demand": that of scoresStream/],
      ['alarmEmial', 'a@example.org', /^alarmEmial is no setting: there are stage, .*alarmEmail/],
    ];
    for (const [name, value, message] of faulty)
      assert.throws(() => read({ ...CONTEXT, [name]: value }), { name: 'SettingsError', message }, name);
  });

  it('leave the context of CDK itself alone', () => {
    assert.doesNotThrow(() => read({ ...CONTEXT, '@aws-cdk/core:x': true, 'aws:cdk:x': true, 'tree-metadata': true }));
  });

  it('refuse a network that lacks a part or names something else', () => {
    assert.deepEqual(read({ ...CONTEXT, network: JSON.stringify(NETWORK) }).network, NETWORK);
    const faulty = {
      vpc: [undefined, 'net-1'],
      privateSubnets: [
        ['subnet-0000000a'],
        ['subnet-0000000a', 'subnet-0000000a'],
        'subnet-0000000a',
        ['subnet-0000000a', 'sg-0000000b'],
      ],
      publicSubnets: [undefined, []],
      securityGroups: [[], ['0a']],
      subnets: [['subnet-0000000a']],
    };
    for (const [member, values] of Object.entries(faulty))
      for (const value of values)
        assert.throws(
          () => read({ ...CONTEXT, network: { ...NETWORK, [member]: value } }),
          /^SettingsError: network must/,
        );
    const { publicSubnets, ...without } = NETWORK;
    assert.doesNotThrow(() => read({ ...CONTEXT, services: 'none', network: without }));
  });

  it('know the partition of every region', () => {
    const partitions = {
      ...{ 'eu-west-1': 'aws', 'cn-north-1': 'aws-cn', 'us-gov-west-1': 'aws-us-gov', 'us-iso-east-1': 'aws-iso' },
      ...{ 'us-isob-east-1': 'aws-iso-b', 'eusc-de-east-1': 'aws-eusc' },
    };
    const { domain, certificateArn, ...rest } = CONTEXT;
    for (const [region, partition] of Object.entries(partitions))
      assert.equal(read({ ...rest, region, services: 'none' }).partition, partition, region);
  });

  it('give a gateway to each zone in production, where one alone would take the other zone with it', () => {
    assert.equal(read(CONTEXT).natGateways, 1);
    assert.equal(read({ ...CONTEXT, stage: 'prod' }).natGateways, 2);
    assert.equal(read({ ...CONTEXT, stage: 'prod', natGateways: '1' }).natGateways, 1);
  });

  it('end the command with 1 and without a stack when they are missing', () => {
    const { status, stderr } = synth();
    assert.equal(status, 1);
    assert.match(stderr, /^stage is missing: /);
    assert.doesNotMatch(stderr, /at .*\.ts/);
  });

  it('end the command with 1 when one of them has no value, or an option is unknown', () => {
    for (const [given, message] of [
      [['-c', 'alarmEmail'], /^-c alarmEmail has no value: write -c name=value/],
      [['-c', '=dev'], /^-c =dev has no name/],
      [['--outt', 'x'], /^Unknown option '--outt'/],
    ] as const) {
      const { status, stderr } = synth(...given);
      assert.equal(status, 1, given.join(' '));
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /at .*\.ts/);
    }
  });

  it('are followed by the paths that the templates were written to', (test) => {
    const directory = mkdtempSync(join(tmpdir(), 'verifiedfan-synth-'));
    test.after(() => rmSync(directory, { recursive: true, force: true }));
    const bundles = makeBundleFolders(directory, Object.keys(workers));
    const { domain, certificateArn, ...rest } = CONTEXT;
    const endpoints = '{"campaignService":"https://c.example.org","entryService":"https://e.example.org"}';
    const context = Object.entries({ ...rest, services: 'none', endpoints }).flatMap(([n, v]) => ['-c', `${n}=${v}`]);
    const { stdout, status } = synth('--out', `${directory}/elsewhere`, '--bundles', bundles, ...context);
    assert.equal(status, 0);
    const paths = stdout
      .trim()
      .split('\n')
      .map((line) => line.slice(line.indexOf(': ') + 2));
    assert.equal(paths.length, 2);
    for (const path of paths) assert.ok(path.startsWith(`${directory}/elsewhere/`) && existsSync(path), path);
  });
});
