/**
 * `npm run synth -- -c stage=dev …`: writes the templates of one stage to cdk.out (`--out`), offline, with the bundles of dist/lambda (`--bundles`). Exit code 1 and a list of what is missing for a
 * context that cannot be deployed.
 */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { makeApp } from './app.ts';
import { SettingsError } from './setting-reader.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const readArguments = () => {
  try {
    return parseArgs({
      options: {
        context: { type: 'string', short: 'c', multiple: true, default: [] },
        out: { type: 'string' },
        bundles: { type: 'string', default: `${ROOT}dist/lambda` },
        cdk: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new SettingsError(error instanceof Error ? error.message : String(error));
  }
};

/** `-c name=value`, as often as there are settings. */
const contextOf = (pairs: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new SettingsError(`-c ${pair} has no ${at < 0 ? 'value' : 'name'}: write -c name=value`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );

try {
  const values = readArguments();
  // The CDK command line, which starts this file by cdk.json, tells the app itself where the templates go.
  const isCommand = !values.cdk;
  const app = makeApp({
    outdir: isCommand ? resolve(values.out ?? `${ROOT}cdk.out`) : undefined,
    context: contextOf(values.context),
    workers,
    catalogue: resources,
    bundleDirectory: values.bundles,
    root: ROOT,
  });
  const assembly = app.synth();
  const missing = assembly.manifest.missing ?? [];
  if (missing.length > 0)
    throw new SettingsError(`context would have to be looked up: ${missing.map(({ key }) => key).join(', ')}`);
  if (isCommand)
    for (const { stackName, templateFullPath } of assembly.stacks) console.log(`${stackName}: ${templateFullPath}`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
