import type { Catalogue } from '@verifiedfan/ports';
import type { Worker } from '@verifiedfan/worker';
import { Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { makeAlarms } from './alarms.ts';
import { makeBucket } from './buckets.ts';
import { makeFunction } from './functions.ts';
import { namingOf } from './naming.ts';
import { makeQueue } from './queues.ts';
import { leavesFailures } from './rights.ts';
import { makeSecrets } from './secrets.ts';
import type { Settings } from './settings.ts';
import type { Stage } from './stage.ts';
import { makeStream, makeTable } from './stores.ts';

export type StackOptions = {
  settings: Settings;
  workers: Readonly<Record<string, Worker>>;
  catalogue: Catalogue;
  /** Holds a folder for each worker, as `npm run bundle` makes them. */
  bundleDirectory: string;
};

export const stackProps = ({ account, region, stage, isProduction }: Settings, description: string): StackProps => ({
  env: { account, region },
  description,
  terminationProtection: isProduction,
  tags: { application: 'verified-fan', stage },
});

/**
 * Stores, functions and what watches them, in one stack: S3 tries a notification when its bucket is made, so a stack of stores alone would
 * need either rights on all buckets for a helper function, or a second deployment. What holds data is retained.
 */
export const makeOnSaleStack = (app: Construct, options: StackOptions): Stack => {
  const { settings, workers, catalogue, bundleDirectory } = options;
  const description = 'Verified Fan: stores, workers and alarms of one stage';
  const scope = new Stack(app, `${settings.prefix}-onsale`, stackProps(settings, description));
  const stage: Stage = { scope, settings, workers, catalogue, naming: namingOf(settings, catalogue) };
  const named = Object.entries(catalogue);
  const tables = new Map(
    named.flatMap(([name, { kind }]) => (kind === 'table' ? [[name, makeTable(stage, name)] as const] : [])),
  );
  const lastQueues: string[] = [];
  for (const [name, definition] of named) {
    if (definition.kind === 'stream') makeStream(stage, name, definition);
    if (definition.kind === 'queue') lastQueues.push(makeQueue(stage, name, definition));
  }
  const made = { tables, secrets: makeSecrets(stage) };
  for (const [name, worker] of Object.entries(workers)) {
    const lambda = makeFunction(stage, made, { name, worker, bundleDirectory });
    if (leavesFailures(worker)) lastQueues.push(stage.naming.failuresNameOf(name));
    for (const { kind, resource } of worker.sources)
      if (kind === 'kinesis')
        lambda.node.addDependency(scope.node.findChild(resource.charAt(0).toUpperCase() + resource.slice(1)));
  }
  for (const [name, { kind }] of named) if (kind === 'bucket') makeBucket(stage, name);
  makeAlarms(stage, lastQueues);
  return scope;
};
