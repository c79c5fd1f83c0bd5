export { createUnleashFlags, type UnleashFlags, type UnleashFlagsOptions, type Use } from './flags.ts';
