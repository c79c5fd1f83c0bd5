/** What is used of the SDK, by name, so that a bundle leaves the rest out. */
export { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
