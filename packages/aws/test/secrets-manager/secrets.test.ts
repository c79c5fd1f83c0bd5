import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PortError } from '@verifiedfan/ports';
import { createManualClock } from '@verifiedfan/test-utils';
import { createAwsSecrets } from '../../src/index.ts';
import { type Answer, bodyOf, json, jsonError, startService } from '../clients/fake-service.ts';

const value =
  (SecretString: string): Answer =>
  (_, response) =>
    json(response, { Name: 'jwt', SecretString });

describe('secrets on Secrets Manager', () => {
  it('asks once for several readers, and again when the time of the value is over', async (context) => {
    const clock = createManualClock();
    let asked = 0;
    const { connection, seen } = await startService(
      context,
      (request, response) => {
        asked += 1;
        return value(`value ${asked}`)(request, response);
      },
      { clock },
    );
    const secrets = createAwsSecrets({ connection, prefix: 'vf/prod/', ttlMs: 60_000 });
    assert.deepEqual(await Promise.all([secrets.get('jwt'), secrets.get('jwt')]), ['value 1', 'value 1']);
    await clock.advance(59_999);
    assert.equal(await secrets.get('jwt'), 'value 1');
    await clock.advance(1);
    assert.equal(await secrets.get('jwt'), 'value 2');
    assert.deepEqual(
      seen.map((request) => bodyOf<{ SecretId: string }>(request).SecretId),
      ['vf/prod/jwt', 'vf/prod/jwt'],
    );
  });

  it('remembers no failure, and repeats no text of the service', async (context) => {
    const answers: Answer[] = [
      (_, response) => jsonError(response, 'ResourceNotFoundException'),
      (_, response) => jsonError(response, 'InvalidRequestException'),
      (_, response) => jsonError(response, 'AccessDeniedException'),
      value('there now'),
    ];
    const { connection } = await startService(context, (request, response) => answers.shift()?.(request, response));
    const secrets = createAwsSecrets({ connection });
    await assert.rejects(secrets.get('jwt'), { code: 'not_found' });
    await assert.rejects(secrets.get('jwt'), { code: 'not_found' }, 'one that is marked for deletion is gone');
    await assert.rejects(secrets.get('jwt'), (error: unknown) => {
      assert.ok(error instanceof PortError);
      assert.deepEqual([error.code, /fan@|jwt/.test(error.message)], ['validation', false]);
      return true;
    });
    assert.equal(await secrets.get('jwt'), 'there now');
  });

  it('refuses bytes, and an empty name without asking', async (context) => {
    const { connection, seen } = await startService(context, (_, response) => json(response, { SecretBinary: 'AAEC' }));
    const secrets = createAwsSecrets({ connection });
    await assert.rejects(secrets.get('jwt'), { code: 'validation', message: /SecretString/ });
    await assert.rejects(secrets.get(''), { code: 'not_found' });
    assert.equal(seen.length, 1);
  });

  it('says throttled and unavailable when the SDK has given up', async (context) => {
    const answers: Answer[] = [
      (_, response) => jsonError(response, 'ThrottlingException'),
      (_, response) => response.socket?.destroy(),
    ];
    const { connection } = await startService(context, (request, response) => answers.shift()?.(request, response), {
      maxAttempts: 1,
    });
    const secrets = createAwsSecrets({ connection });
    await assert.rejects(secrets.get('jwt'), { code: 'throttled', retryable: true });
    await assert.rejects(secrets.get('jwt'), { code: 'unavailable', retryable: true });
  });
});
