import { PortError, type PortErrorCode } from '@verifiedfan/ports';
import { ErrorReply } from 'redis';

/** The first words of Redis' error answers: https://redis.io/docs/latest/develop/reference/protocol-spec/#simple-errors */
const CODES: Readonly<Record<string, PortErrorCode>> = {
  OOM: 'disk_full',
  MISCONF: 'disk_full',
  WRONGTYPE: 'validation',
  NOAUTH: 'validation',
  WRONGPASS: 'validation',
  NOPERM: 'validation',
  READONLY: 'unavailable',
  LOADING: 'unavailable',
  BUSY: 'unavailable',
  MASTERDOWN: 'unavailable',
  CLUSTERDOWN: 'unavailable',
  NOREPLICAS: 'unavailable',
  TRYAGAIN: 'unavailable',
  UNKILLABLE: 'unavailable',
};
/** What only a cluster says, of which this connection knows one node and no slots. */
const CLUSTER_WORDS: ReadonlySet<string> = new Set(['MOVED', 'ASK', 'CROSSSLOT']);
const NO_CLUSTER =
  'this is a node of a Redis Cluster, which keeps keys in slots; the cache needs a single node, or one endpoint without slots';
const ACCESS_WORDS: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** The first word of an error answer; undefined for errors that are no answer. */
export const wordOf = (error: unknown): string | undefined =>
  error instanceof ErrorReply ? (/^[A-Z]+/.exec(error.message)?.[0] ?? 'ERR') : undefined;

export const isAccessError = (error: unknown): boolean => ACCESS_WORDS.has(wordOf(error) ?? '');

/** Any error of the client as the error that drivers of ports throw. Of an answer only its first word is kept: the rest may quote a key. */
export const toPortError = (
  error: unknown,
  { operation, resource }: { operation: string; resource: string },
): PortError => {
  if (error instanceof PortError) return error;
  const word = wordOf(error);
  // Most classes of the client leave `name` as it is.
  const name = error instanceof Error ? error.constructor.name : 'an unknown error';
  const isCluster = word !== undefined && CLUSTER_WORDS.has(word);
  return new PortError({
    // What is no answer is a connection that was refused, lost or never made.
    code: word === undefined ? 'unavailable' : (CODES[word] ?? 'validation'),
    message: `${operation} failed: ${word ?? name}${isCluster ? `: ${NO_CLUSTER}` : ''}`,
    resource,
    cause: word === undefined ? error : new Error(word),
  });
};
