import type { Clock, Random } from '@verifiedfan/ports';
import type { CreateRequestOptions } from '@verifiedfan/request';

export type CallContext = { signal?: AbortSignal | undefined; correlation?: string | undefined };

export type ConfigurationFile = {
  path: string;
  /** As text, whatever it holds. */
  content: string;
  /** The commit that wrote it: what a change must be based on. */
  lastCommitId: string;
};

export type Change = {
  path: string;
  content: string;
  /** First line of the commit and the name of the merge request. */
  title: string;
  /** Markdown. Quick actions in it are text and do nothing: the token may do more than who proposes. */
  description?: string | undefined;
  /** `lastCommitId` of the file that was read; null when there was none. Left out, the change is based on what is there now. */
  basedOn?: string | null | undefined;
};

export type Proposal =
  /** A merge request that a person has to accept; the one that is open already, when the same was proposed before. */
  | { outcome: 'proposed'; number: number; url: string; branch: string }
  /** The file is like that already. */
  | { outcome: 'unchanged' };

/** Reads one project's configuration, and proposes changes of it. It can do nothing else, whatever its token could. */
export interface Gitlab {
  /** Undefined when there is no such file. Throws `GitlabError`. */
  readFile(file: { path: string } & CallContext): Promise<ConfigurationFile | undefined>;
  /** Proposing the same twice is proposing it once. Throws `GitlabError`. */
  proposeChange(change: Change & CallContext): Promise<Proposal>;
  close(): Promise<void>;
}

export type GitlabOptions = {
  /** Of a project's own user with the scope `api` and the role Developer; in no log and no error. */
  token: string;
  /** Number or path, such as `group/project`. */
  project: string;
  clock: Clock;
  random: Random;
  /** Where files may be read and changed; nothing outside is touched, so that nobody can propose another pipeline. @default 'config' */
  folder?: string | undefined;
  /** What changes are merged into. @default 'main' */
  targetBranch?: string | undefined;
  /** @default 'https://gitlab.com/api/v4' */
  baseUrl?: string | undefined;
  /** One attempt, in milliseconds. @default 10_000 */
  timeoutMs?: number | undefined;
  /** One call with its waits, in milliseconds; a proposal is three calls, or five. @default 25_000 */
  deadlineMs?: number | undefined;
} & Pick<CreateRequestOptions, 'attempts' | 'log' | 'tracer' | 'dispatcher'>;
