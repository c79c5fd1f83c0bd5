/** What `validateToken` does, with middy, Powertools and jsonwebtoken: the key comes from Secrets Manager with the first token. */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import middy from '@middy/core';
import jsonwebtoken from 'jsonwebtoken';
import { count, logger, observing } from './observed.ts';

type AuthorizerEvent = { authorizationToken: string };
type Claims = { sub: string; supreme?: boolean; permissions?: string[] };

const client = new SecretsManagerClient({});
let key: Promise<Buffer> | undefined;
const readKey = async (): Promise<Buffer> => {
  const SecretId = `${process.env.RESOURCE_PREFIX}/tokenKeys`;
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  const { keys } = JSON.parse(SecretString) as { keys: { secret: string }[] };
  return Buffer.from(keys[0]?.secret ?? '', 'base64url');
};

const authorize = async ({ authorizationToken }: AuthorizerEvent) => {
  try {
    key ??= readKey();
    const token = authorizationToken.replace(/^Bearer /i, '');
    const options = { algorithms: ['HS256' as const], issuer: 'verifiedfan', audience: 'graphql' };
    const { sub, supreme = false, permissions = [] } = jsonwebtoken.verify(token, await key, options) as Claims;
    count('authorized', 1);
    return {
      isAuthorized: true,
      resolverContext: { sub, supreme: String(supreme), permissions: permissions.join(' ') },
      ttlOverride: 0,
    };
  } catch (error) {
    logger.warn('refused', error as Error);
    return { isAuthorized: false };
  }
};

export const handler = middy<AuthorizerEvent, unknown>().use(observing).handler(authorize);
