/**
 * `npm run synth -- -c stage=dev …`: writes the templates of one stage to cdk.out (`--out`), offline, with the bundles of dist/lambda (`--bundles`). Exit code 1 and a list of what is missing for a
 * context that cannot be deployed.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { makeApp } from './app.ts';
import { SettingsError } from './settings.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { values } = parseArgs({
  options: {
    context: { type: 'string', short: 'c', multiple: true, default: [] },
    out: { type: 'string' },
    bundles: { type: 'string', default: `${ROOT}dist/lambda` },
    cdk: { type: 'boolean', default: false },
  },
});
const context = Object.fromEntries(
  values.context.map((pair) => [pair.slice(0, Math.max(0, pair.indexOf('='))), pair.slice(pair.indexOf('=') + 1)]),
);
// The CDK command line, which starts this file by cdk.json, tells the app itself where the templates go.
const isCommand = !values.cdk;
const outdir = isCommand ? (values.out ?? `${ROOT}cdk.out`) : undefined;

try {
  const app = makeApp({
    outdir,
    context,
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
    for (const { stackName, templateFile } of assembly.stacks) console.log(`${stackName}: cdk.out/${templateFile}`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
