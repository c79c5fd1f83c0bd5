import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workers } from '@verifiedfan/workers';
import { resources } from '@verifiedfan/workers/resources';
import { makeApp } from '../../src/app.ts';
import { makeBundleFolders } from './bundle-folders.ts';

export const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
export const CONTEXT = {
  stage: 'test',
  account: '111122223333',
  region: 'eu-west-1',
  domain: 'onsale.example.org',
  certificateArn: 'arn:aws:acm:eu-west-1:111122223333:certificate/00000000-0000-4000-8000-000000000000',
} as const;

export type Resource = {
  Type: string;
  Properties: Record<string, never>;
  DeletionPolicy?: string;
  DependsOn?: string[];
};
export type Template = { Resources: Record<string, Resource> };
export type Synthesised = {
  /** By the last part of their names. */
  templates: Readonly<Record<string, Template>>;
  /** What is sent along: code of functions, and the context of the image. */
  assets: readonly string[];
  missing: readonly unknown[];
  report: { conclusion?: string };
  remove(): void;
};

/** The templates of one stage, in a temporary folder, with empty bundles: what is in them is another test's concern. */
export const synthesise = (context: Readonly<Record<string, unknown>> = CONTEXT): Synthesised => {
  const outdir = mkdtempSync(join(tmpdir(), 'verifiedfan-cdk-'));
  const bundleDirectory = makeBundleFolders(outdir, Object.keys(workers));
  const app = makeApp({ outdir: `${outdir}/out`, context, workers, catalogue: resources, bundleDirectory, root: ROOT });
  const assembly = app.synth();
  const templates = assembly.stacks.map(({ stackName, templateFullPath }) => [
    stackName.slice(stackName.lastIndexOf('-') + 1),
    JSON.parse(readFileSync(templateFullPath, 'utf8')) as Template,
  ]);
  return {
    templates: Object.fromEntries(templates),
    assets: readdirSync(`${outdir}/out`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.parentPath.includes('/asset.'))
      .map(({ parentPath, name }) => `${parentPath}/${name}`.slice(`${outdir}/out/`.length)),
    missing: assembly.manifest.missing ?? [],
    report: JSON.parse(readFileSync(`${outdir}/out/validation-report.json`, 'utf8')) as { conclusion?: string },
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
};

/** The resources of one type, by their ids. */
export const ofType = (
  template: Template | undefined,
  type: string,
): [id: string, properties: Record<string, never>][] =>
  Object.entries(template?.Resources ?? {}).flatMap(([id, { Type, Properties }]) =>
    Type === type ? [[id, Properties]] : [],
  );
