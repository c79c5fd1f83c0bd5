import { resourceNameOf, secretNameOf } from '@verifiedfan/platform';
import type { Catalogue } from '@verifiedfan/ports';
import type { Settings } from './settings.ts';

/** What everything of a stage is called. Names follow from the settings alone, so nothing has to be exported from stack to stack. */
export const namingOf = (settings: Settings, catalogue: Catalogue) => {
  const { partition, region, account, prefix, bucketSuffix } = settings;
  const arn = (service: string, path: string): string => `arn:${partition}:${service}:${region}:${account}:${path}`;
  const nameOf = (name: string): string => {
    const definition = Object.hasOwn(catalogue, name) ? catalogue[name] : undefined;
    if (definition === undefined) throw new TypeError(`${name} is not in the catalogue`);
    return resourceNameOf({ name, definition }, { prefix, bucketSuffix });
  };
  return {
    nameOf,
    secretNameOf: (name: string): string => secretNameOf(name, { prefix }),
    functionNameOf: (worker: string): string => `${prefix}-${worker}`,
    logGroupNameOf: (worker: string): string => `/aws/lambda/${prefix}-${worker}`,
    /** Where Lambda writes what it gave up on. */
    failuresNameOf: (worker: string): string => `${prefix}-${worker}Failures`,
    /** Where SQS moves what was received too often. */
    deadLettersNameOf: (queue: string): string => `${prefix}-${queue}DeadLetters`,
    arns: {
      table: (name: string) => arn('dynamodb', `table/${nameOf(name)}`),
      stream: (name: string) => arn('kinesis', `stream/${nameOf(name)}`),
      queue: (name: string) => arn('sqs', nameOf(name)),
      bucket: (name: string) => `arn:${partition}:s3:::${nameOf(name)}`,
      function: (worker: string) => arn('lambda', `function:${prefix}-${worker}`),
      failures: (worker: string) => arn('sqs', `${prefix}-${worker}Failures`),
      /** What a schedule is to EventBridge. */
      rule: (name: string) => arn('events', `rule/${nameOf(name)}`),
      /** The topic that alarms are told to. */
      alarms: () => arn('sns', `${prefix}-alarms`),
      logs: (worker: string) => arn('logs', `log-group:/aws/lambda/${prefix}-${worker}:*`),
    },
  };
};
export type Naming = ReturnType<typeof namingOf>;

/** An id of CloudFormation: `demandTable` is `DemandTable`. */
export const idOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);
