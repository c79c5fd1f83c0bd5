import { describe, it } from 'node:test';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { createAwsSecrets, sdkConfiguration } from '@verifiedfan/aws';
import { secretsSuite } from '@verifiedfan/conformance';
import { awsConnection, uniqueName } from '../../src/index.ts';

describe('Secrets Manager', () => {
  secretsSuite({
    it,
    open: async () => {
      const connection = awsConnection('ministack');
      const prefix = `${uniqueName('stage')}/`;
      const client = new SecretsManagerClient(sdkConfiguration(connection));
      await client.send(new CreateSecretCommand({ Name: `${prefix}known`, SecretString: 's3cret-✓' }));
      client.destroy();
      return { secrets: createAwsSecrets({ connection, prefix }) };
    },
  });
});
