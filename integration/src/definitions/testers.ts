import type { PackageRecipe } from '../servers/recipes.ts';

/** A program that tests run and that is no server: it is installed beside them, and starts when a test wants it. */
export type Tool = { product: string; version: string; licence: string; recipe: PackageRecipe };

/** Makes requests from an OpenAPI document and holds the answers to it; written by others, who know nothing of our code. */
export const schemathesis: Tool = {
  product: 'Schemathesis',
  version: '4.32.5',
  licence: 'MIT',
  recipe: { kind: 'pip', package: 'schemathesis' },
};

/** Holds CloudFormation templates to the schemas of their resources, and to what AWS is known to refuse. */
export const cfnLint: Tool = {
  product: 'cfn-lint',
  version: '1.58.0',
  licence: 'MIT-0',
  recipe: { kind: 'pip', package: 'cfn-lint' },
};
