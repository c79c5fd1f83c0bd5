import { type ServiceDefinition, services } from '@verifiedfan/lambda/services';
import { Validations } from 'aws-cdk-lib';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { idOf } from './naming.ts';
import { secretsOf, serviceSecretsOf, URI_SECRETS } from './rights.ts';
import type { Stage } from './stage.ts';
import { retain } from './stores.ts';

/** Keys of hashes are made by AWS, once; everything else is set by hand after the first deployment. */
const GENERATED: ReadonlySet<string> = new Set(['emailKey', 'phoneKey']);

const PURPOSES: Readonly<Record<string, string>> = {
  emailKey: 'Keys the hashes of e-mail addresses. Losing it orphans every row under such a hash.',
  phoneKey: 'Keys the hashes of phone numbers in the cache.',
  tokenKeys: 'The key set that this stage signs and checks tokens with.',
  [URI_SECRETS.database]: 'Where the collections of the REST services are.',
  [URI_SECRETS.cache]: 'Where the caches are.',
  [URI_SECRETS.topic]: 'Where the topics are.',
};

/** All secrets of a stage by name, without values in the template. Returns what to name in a right. */
export const makeSecrets = ({ scope, naming, workers, catalogue }: Stage): ReadonlyMap<string, CfnSecret> => {
  const used = Object.values(workers).flatMap((worker) => secretsOf(worker, catalogue));
  const ofServices = Object.values<ServiceDefinition>(services).flatMap(serviceSecretsOf);
  const names = [...new Set([...used, ...ofServices])].sort();
  return new Map(
    names.map((name) => {
      const secret = new CfnSecret(scope, `${idOf(name)}Secret`, {
        name: naming.secretNameOf(name),
        description: PURPOSES[name] ?? `Given by a third party: ${name}.`,
        ...(GENERATED.has(name) ? { generateSecretString: { passwordLength: 43, excludePunctuation: true } } : {}),
      });
      retain(secret);
      Validations.of(secret).acknowledge({
        id: 'AwsSolutions-SMG4',
        reason:
          'Another value would orphan what was written under the old one, or is given by a third party; docs/operations.md says how keys of tokens are changed.',
      });
      return [name, secret];
    }),
  );
};
