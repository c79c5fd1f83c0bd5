import type { Catalogue } from '@verifiedfan/ports';
import type { ServiceDefinition } from './services/list.ts';

export { reachedBy } from '@verifiedfan/platform/aws';

/** The part of the catalogue that a REST service may touch; its database is no resource of the catalogue. */
export const reachedByService = ({ writes, caches }: ServiceDefinition, catalogue: Catalogue): Catalogue => {
  const names = new Set<string>([...writes, ...caches]);
  return Object.fromEntries(Object.entries(catalogue).filter(([name]) => names.has(name)));
};
