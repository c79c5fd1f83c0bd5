import { LoopError } from './errors.ts';

/** What can be done to the rows of a table, in the words of the port. `check` is the check of a transaction. */
export const TABLE_ACTIONS = ['get', 'query', 'scan', 'check', 'put', 'update', 'delete'] as const;
export type TableActionName = (typeof TABLE_ACTIONS)[number];

/** What a worker reads or writes: a resource, and for tables which keys and how, where the worker says so. */
export type Target = {
  resource: string;
  /** What is done to the rows; empty where the target leaves that to the list that it stands in. */
  actions: readonly TableActionName[];
  /** Prefix of the partition key; empty for all. */
  partitionPrefix: string;
  /** Prefix of the sort key, or of an object's key in a bucket; empty for all. */
  keyPrefix: string;
};

/**
 * Reads `resource`, `resource/prefix*` (sort keys, or object keys) or, with a partition key's prefix in front, `resource/prefix*` followed by
 * another `/prefix*`: `demandTable/campaign:*` + `/meta:counts*`. Behind a table's prefixes may stand what is done to the rows:
 * `demandTable/campaign:*` + `/meta:* get query`.
 */
export const parseTarget = (text: string): Target => {
  const slash = text.indexOf('/');
  if (slash === -1) return { resource: text, actions: [], partitionPrefix: '', keyPrefix: '' };
  const resource = text.slice(0, slash);
  const [keys = '', ...words] = text.slice(slash + 1).split(' ');
  const actions = words.map((word) => actionOf(word, text));
  const [first, second, ...more] = keys.split('*/');
  const last = second ?? first ?? '';
  if (resource === '' || more.length > 0 || !last.endsWith('*')) {
    throw new LoopError('invalid_target', `${text} is not a resource with key prefixes that end in *`);
  }
  return {
    resource,
    actions,
    partitionPrefix: second === undefined ? '' : (first ?? ''),
    keyPrefix: last.slice(0, -1),
  };
};

const actionOf = (word: string, text: string): TableActionName => {
  const action = TABLE_ACTIONS.find((each) => each === word);
  if (action !== undefined) return action;
  throw new LoopError('invalid_target', `${text}: ${word} is none of ${TABLE_ACTIONS.join(', ')}`);
};
