export { linksField, type PlanLinksOptions, planLinks } from './plan-links.ts';
