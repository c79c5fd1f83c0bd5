import { type ServiceDefinition, services } from '@verifiedfan/lambda/services';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { makeApiStack } from './api-stack.ts';
import { makeOnSaleStack, type StackOptions } from './onsale-stack.ts';
import { makeServicesStack } from './services-stack.ts';
import { type KnownNames, readSettings } from './settings.ts';

export type AppOptions = Omit<StackOptions, 'settings'> & {
  /** The repository, for the image of the services. */
  root: string;
  /** Where the templates go. @default cdk.out */
  outdir?: string | undefined;
  /** Beside what `cdk -c` and cdk.json say. */
  context?: Readonly<Record<string, unknown>> | undefined;
};

/** The whole app of one stage. Throws a `SettingsError` for missing context. */
export const makeApp = ({ outdir, context, ...options }: AppOptions): App => {
  const app = new App({
    ...(outdir === undefined ? {} : { outdir }),
    ...(context === undefined ? {} : { context: { ...context } }),
    analyticsReporting: false,
  });
  const settings = readSettings({
    get: (name) => app.node.tryGetContext(name),
    names: Object.keys(app.node.getAllContext() as Record<string, unknown>),
    known: knownNames(options),
  });
  const onsale = makeOnSaleStack(app, { settings, ...options });
  makeApiStack(app, { settings, ...options }).addStackDependency(onsale);
  if (settings.services !== undefined)
    makeServicesStack(app, { ...options, settings, services: settings.services }).addStackDependency(onsale);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app;
};

/** What the settings of a stage may name: whom workers and services call, and the streams. */
const knownNames = ({ workers, catalogue }: Pick<StackOptions, 'workers' | 'catalogue'>): KnownNames => {
  const called = Object.values(workers).flatMap(({ calls }) => calls);
  const partners = Object.values<ServiceDefinition>(services).flatMap((service) => Object.keys(service.partners));
  return {
    endpoints: [...new Set([...called, ...partners])].sort(),
    streams: Object.keys(catalogue).filter((name) => catalogue[name]?.kind === 'stream'),
  };
};
