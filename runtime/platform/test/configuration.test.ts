import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ConfigurationError, LOG_LEVELS, readConfiguration } from '@verifiedfan/platform';

describe('readConfiguration', () => {
  it('gives defaults for an empty environment', () => {
    const { logLevel, appName, collectorHost, collectorPort, port } = readConfiguration({});
    assert.deepEqual(
      { logLevel, appName, collectorHost, collectorPort, port },
      { logLevel: 'info', appName: undefined, collectorHost: undefined, collectorPort: 4318, port: 8080 },
    );
  });

  it('reads every level, the worker of a function, and where spans go', () => {
    for (const level of LOG_LEVELS) assert.equal(readConfiguration({ LOG_LEVEL: level }).logLevel, level);
    const read = readConfiguration({
      APP_NAME: 'saveEntryScoring',
      OTEL_COLLECTOR_HOST: 'collector',
      OTEL_COLLECTOR_PORT: '4400',
    });
    assert.deepEqual([read.appName, read.collectorHost, read.collectorPort], ['saveEntryScoring', 'collector', 4400]);
  });

  it('reads where a service listens, and refuses what is no port', () => {
    assert.deepEqual(
      ['0', '65535'].map((PORT) => readConfiguration({ PORT }).port),
      [0, 65_535],
    );
    for (const PORT of ['-1', '65536', 'http', '1.5'])
      assert.throws(() => readConfiguration({ PORT }), ConfigurationError);
  });

  it('passes on the settings of campaign-service as they are, and nothing else of the environment', () => {
    const { campaignSettings } = readConfiguration({ CAMPAIGN_DRAIN_MS: '5000', SECRET: 'hidden' });
    assert.deepEqual(campaignSettings, { CAMPAIGN_DRAIN_MS: '5000' });
  });

  it('reads the names of a stage and the endpoints that its workers call', () => {
    const environment = {
      RESOURCE_PREFIX: 'fan-dev',
      BUCKET_SUFFIX: 'eu',
      ENDPOINTS: '{"slack":"https://slack.com/api"}',
    };
    const { resourcePrefix, bucketSuffix, endpoints } = readConfiguration(environment);
    assert.deepEqual(
      { resourcePrefix, bucketSuffix, endpoints },
      { resourcePrefix: 'fan-dev', bucketSuffix: 'eu', endpoints: { slack: 'https://slack.com/api' } },
    );
    assert.deepEqual(readConfiguration({ ENDPOINTS: '' }).endpoints, {});
  });

  it('takes AWS for what it is unless told that streams are emulated', () => {
    const read = ({ streamFailures, singleShard }: ReturnType<typeof readConfiguration>) => [
      streamFailures,
      singleShard,
    ];
    assert.deepEqual(read(readConfiguration({})), ['report', undefined]);
    assert.deepEqual(read(readConfiguration({ STREAM_FAILURES: 'throw', SINGLE_SHARD: 's-1' })), ['throw', 's-1']);
    assert.throws(() => readConfiguration({ SINGLE_SHARD: '' }), ConfigurationError);
  });

  it('reads the flags to start with, and where others are asked for', () => {
    const environment = { FLAGS: '{"loads":false,"posts":true}', UNLEASH_URL: 'https://flags.example.org/api' };
    const { flags, unleashUrl } = readConfiguration(environment);
    assert.deepEqual(
      { flags, unleashUrl },
      { flags: { loads: false, posts: true }, unleashUrl: environment.UNLEASH_URL },
    );
    const none = readConfiguration({ FLAGS: '', UNLEASH_URL: '' });
    assert.deepEqual([none.flags, none.unleashUrl], [{}, undefined]);
  });

  const WRONG: readonly (readonly [variable: string, values: readonly string[]])[] = [
    ['LOG_LEVEL', ['', 'INFO', 'loud', 'toString', ' info']],
    ['STREAM_FAILURES', ['', 'Throw', 'ignore', 'toString']],
    ['ENDPOINTS', ['x', '[]', '1', '{"slack":1}', '{"slack":"slack.com"}', '{"slack":"ftp://slack.com"}']],
    ['FLAGS', ['x', '[]', '1', 'null', '{"loads":1}', '{"loads":"true"}']],
    ['UNLEASH_URL', ['flags.example.org', 'ftp://flags.example.org']],
    ['OTEL_COLLECTOR_PORT', ['0', '-1', '65536', '4318.5', 'http', 'NaN']],
  ];
  for (const [variable, values] of WRONG) {
    it(`names ${variable} when it is wrong, never its value`, () => {
      for (const value of values) {
        assert.throws(
          () => readConfiguration({ [variable]: value }),
          (error) =>
            error instanceof ConfigurationError &&
            error.code === 'configuration' &&
            !error.retryable &&
            error.message.startsWith(`${variable} must be `) &&
            (value.trim() === '' || !error.message.includes(`"${value}"`)),
          value,
        );
      }
    });
  }
});
