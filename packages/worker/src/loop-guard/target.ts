import { LoopError } from './errors.ts';

/** What a worker reads or writes: a resource, and for tables which keys, where the worker says so. */
export type Target = {
  resource: string;
  /** Prefix of the partition key; empty for all. */
  partitionPrefix: string;
  /** Prefix of the sort key, or of an object's key in a bucket; empty for all. */
  keyPrefix: string;
};

/**
 * Reads `resource`, `resource/prefix*` (sort keys, or object keys) or, with a partition key's prefix in front, `resource/prefix*` followed by
 * another `/prefix*`: `demandTable/campaign:*` + `/meta:counts*`.
 */
export const parseTarget = (text: string): Target => {
  const slash = text.indexOf('/');
  if (slash === -1) return { resource: text, partitionPrefix: '', keyPrefix: '' };
  const resource = text.slice(0, slash);
  const [first, second, ...more] = text.slice(slash + 1).split('*/');
  const last = second ?? first ?? '';
  if (resource === '' || more.length > 0 || !last.endsWith('*')) {
    throw new LoopError('invalid_target', `${text} is not a resource with key prefixes that end in *`);
  }
  return { resource, partitionPrefix: second === undefined ? '' : (first ?? ''), keyPrefix: last.slice(0, -1) };
};
