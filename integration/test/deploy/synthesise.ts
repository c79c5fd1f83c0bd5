import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkers, zip } from '@verifiedfan/lambda';
import { installApp, runSynth } from './run-synth.ts';

/** One file that a deployment sends to a bucket before the stack is made. */
export type Asset = { path: string; bucket: string; key: string; body: Buffer };
/** The template is one of the assets: it is larger than CloudFormation takes in a request. */
export type Synthesised = { stackName: string; template: Asset; assets: readonly Asset[] };
export type SynthesisOptions = {
  /** Gets the bundles and the templates. */
  directory: string;
  /** As `npm run synth -- -c name=value` takes it. */
  context: Readonly<Record<string, string>>;
};

type AssetManifest = {
  files: Record<
    string,
    {
      source: { path: string; packaging: 'zip' | 'file' };
      destinations: Record<string, { bucketName: string; objectKey: string }>;
    }
  >;
};

/** What `cdk deploy` would publish, from the manifest that lies beside the template. */
const readAssets = (out: string, stackName: string): Asset[] => {
  const { files } = JSON.parse(readFileSync(join(out, `${stackName}.assets.json`), 'utf8')) as AssetManifest;
  return Object.values(files).flatMap(({ source, destinations }) => {
    const path = join(out, source.path);
    const body = source.packaging === 'zip' ? zipFolder(path) : readFileSync(path);
    return Object.values(destinations).map(({ bucketName, objectKey }) => ({
      path: source.path,
      bucket: bucketName,
      key: objectKey,
      body,
    }));
  });
};

const zipFolder = (folder: string): Buffer =>
  zip(readdirSync(folder).map((name) => ({ name, content: readFileSync(join(folder, name)) })));

/** The template of the on-sale and what belongs to it, from the same command and the same bundles as a deployment to AWS. */
export const synthesise = async ({ directory, context }: SynthesisOptions): Promise<Synthesised> => {
  const [bundles, out] = [join(directory, 'lambda'), join(directory, 'cdk.out')];
  await Promise.all([installApp(), bundleWorkers({ directory: bundles })]);
  await runSynth({ out, bundles, context });
  const stackName = `verifiedfan-${context.stage}-onsale`;
  const assets = readAssets(out, stackName);
  const template = assets.find(({ path }) => path === `${stackName}.template.json`);
  if (template === undefined) throw new Error(`the manifest of ${stackName} names no template`);
  return { stackName, template, assets };
};
