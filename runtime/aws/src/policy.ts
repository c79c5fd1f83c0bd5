import type { CfnTable } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { networkStatements } from './function-network.ts';
import { type Right, rightsOf, type Subject } from './rights.ts';
import type { Stage } from './stage.ts';

export type Made = { tables: ReadonlyMap<string, CfnTable>; secrets: ReadonlyMap<string, CfnSecret> };

const must = <T>(value: T | undefined, name: string): T => {
  if (value === undefined) throw new TypeError(`${name} is not part of the stage`);
  return value;
};

/** A subject as an ARN. What AWS numbers itself comes from the resource, so that no right needs a wildcard for it. */
const arnOf = (subject: Subject, worker: string, { naming: { arns } }: Stage, { tables, secrets }: Made): string => {
  if (!('name' in subject)) return arns[subject.kind](worker);
  const { kind, name } = subject;
  if (kind === 'changes') return must(tables.get(name), name).attrStreamArn;
  if (kind === 'secret') return must(secrets.get(name), name).ref;
  return kind === 'objects' ? `${arns.bucket(name)}/*` : arns[kind](name);
};

/**
 * With `ForAllValues` alone a request that names no key would pass; DynamoDB always says which keys a request is about, and `Null` makes sure.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
const keysOnly = (leadingKeys: readonly string[]) => ({
  'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys },
  Null: { 'dynamodb:LeadingKeys': 'false' },
});

/** The one policy of a worker's role. */
export const policyOf = (stage: Stage, made: Made, name: string) => {
  const worker = must(stage.workers[name], name);
  const toStatement = ({ subject, actions, leadingKeys }: Right) => ({
    Effect: 'Allow',
    Action: [...actions],
    Resource: arnOf(subject, name, stage, made),
    ...(leadingKeys === undefined ? {} : { Condition: keysOnly(leadingKeys) }),
  });
  const statements = rightsOf(worker, stage.catalogue).map(toStatement);
  return { Version: '2012-10-17', Statement: [...statements, ...networkStatements(stage, name)] };
};
