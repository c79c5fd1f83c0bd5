import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { readSettings } from '../src/settings.ts';
import { CONTEXT, ROOT } from './support/synthesise.ts';

const read = (context: Readonly<Record<string, unknown>>) => readSettings((name) => context[name]);

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

  it('end the command with 1 and without a stack when they are missing', () => {
    const { status, stderr } = spawnSync(process.execPath, ['runtime/aws/src/synth.ts'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(status, 1);
    assert.match(stderr, /^stage is missing: /);
    assert.doesNotMatch(stderr, /at .*\.ts/);
  });
});
