import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { withFreshSecrets } from '../src/fresh-secrets.ts';

const setUp = (names = ['slackBotToken', 'slackChannel']) => {
  const values: Record<string, string> = { slackBotToken: 'one', slackChannel: 'C1', tokenKeys: 'k1' };
  let isUp = true;
  let made = 0;
  const get = async (name: string): Promise<string> => {
    if (!isUp) throw new PortError({ code: 'unavailable', message: 'not now' });
    return values[name] ?? '';
  };
  const handler = withFreshSecrets({
    names,
    secrets: { get },
    make() {
      made += 1;
      // As a worker does: read when the services are made, and kept.
      let services: Promise<string> | undefined;
      return async () => {
        services ??= get('slackBotToken').catch((error: unknown) => {
          services = undefined;
          throw error;
        });
        return services;
      };
    },
  });
  return { values, handler, made: () => made, power: (on: boolean) => (isUp = on) };
};

describe('the secrets of a function that stays warm', () => {
  it('are those of now: the services are made anew when one was changed, and only then', async () => {
    const { values, handler, made } = setUp();
    assert.deepEqual([await handler({}), await handler({})], ['one', 'one']);
    assert.equal(made(), 1);
    values.slackBotToken = 'two';
    assert.deepEqual([await handler({}), await handler({})], ['two', 'two']);
    values.slackChannel = 'C2';
    await handler({});
    assert.equal(made(), 3);
  });

  it('are those of before while they cannot be read', async () => {
    const { values, handler, power } = setUp();
    await handler({});
    power(false);
    values.slackBotToken = 'two';
    assert.equal(await handler({}), 'one');
    power(true);
    assert.equal(await handler({}), 'two');
  });

  it('that could not be read at first are read with the next event', async () => {
    const { values, handler, power } = setUp();
    power(false);
    await assert.rejects(handler({}), { code: 'unavailable' });
    power(true);
    assert.equal(await handler({}), 'one');
    values.slackBotToken = 'two';
    assert.equal(await handler({}), 'two');
  });

  it('are not asked for where there are none but the keys of tokens', async () => {
    const { handler, power } = setUp(['tokenKeys']);
    await handler({});
    power(false);
    assert.equal(await handler({}), 'one');
  });
});
