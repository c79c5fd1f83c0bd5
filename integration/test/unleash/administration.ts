import assert from 'node:assert/strict';
import { UNLEASH_TOKENS } from '../../src/index.ts';

const FEATURES = '/api/admin/projects/default/features';

/** Makes and switches flags as a person would do in the server's pages. */
export const createAdministration = (address: string) => {
  const post = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${address}${path}`, {
      method: 'POST',
      headers: { authorization: UNLEASH_TOKENS.admin, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path} answered ${answer.status}`);
    await answer.arrayBuffer();
  };
  const change = (flag: string, enabled: boolean): Promise<void> =>
    post(`${FEATURES}/${flag}/environments/development/${enabled ? 'on' : 'off'}`, {});

  return {
    async create(flag: string, enabled: boolean): Promise<void> {
      await post(FEATURES, { name: flag, type: 'release' });
      await post(`${FEATURES}/${flag}/environments/development/strategies`, { name: 'default' });
      await change(flag, enabled);
    },
    change,
  };
};
