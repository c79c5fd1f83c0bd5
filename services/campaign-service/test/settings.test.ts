import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CampaignSettingError, readCampaignServiceSettings } from '../src/index.ts';

describe('the settings of an installation', () => {
  it('have defaults, also where a template leaves them empty', () => {
    const defaults = {
      options: { catalogueCheck: 'open', searchCacheTtlMs: undefined },
      cacheReplica: undefined,
      close: { drainMs: 0 },
    };
    assert.deepEqual(readCampaignServiceSettings({}), defaults);
    assert.deepEqual(readCampaignServiceSettings({ CAMPAIGN_CATALOGUE_CHECK: '', CAMPAIGN_DRAIN_MS: ' ' }), defaults);
  });

  it('are read by their names', () => {
    const named = {
      CAMPAIGN_CATALOGUE_CHECK: 'closed',
      CAMPAIGN_SEARCH_CACHE_TTL_MS: '60000',
      CAMPAIGN_CACHE_REPLICA: 'discoveryCacheReplica',
      CAMPAIGN_DRAIN_MS: '15000',
    };
    assert.deepEqual(readCampaignServiceSettings(named), {
      options: { catalogueCheck: 'closed', searchCacheTtlMs: 60_000 },
      cacheReplica: 'discoveryCacheReplica',
      close: { drainMs: 15_000 },
    });
  });

  it('are refused by name, and their values are not told', () => {
    const wrong: [string, string][] = [
      ['CAMPAIGN_CATALOGUE_CHECK', 'Closed'],
      ['CAMPAIGN_SEARCH_CACHE_TTL_MS', '0'],
      ['CAMPAIGN_SEARCH_CACHE_TTL_MS', '5m'],
      ['CAMPAIGN_SEARCH_CACHE_TTL_MS', '86400001'],
      ['CAMPAIGN_CACHE_REPLICA', 'redis://user:secret@host'],
      ['CAMPAIGN_DRAIN_MS', '-1'],
      ['CAMPAIGN_DRAIN_MS', '1e3'],
    ];
    for (const [name, value] of wrong) {
      assert.throws(
        () => readCampaignServiceSettings({ [name]: value }),
        (error: unknown) =>
          error instanceof CampaignSettingError &&
          error.setting === name &&
          error.code === 'invalid_setting' &&
          error.message.startsWith(`${name} must be `) &&
          !error.message.includes('secret'),
        `${name}=${value}`,
      );
    }
  });
});
