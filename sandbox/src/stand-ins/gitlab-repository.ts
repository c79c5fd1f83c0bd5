import { createHash } from 'node:crypto';
import type { JsonObject } from '@verifiedfan/ports';
import type { StandInLog } from '../stand-in.ts';

export type FileAction = {
  action: 'create' | 'update' | 'delete';
  file_path: string;
  content?: string | undefined;
  last_commit_id?: string | undefined;
};

/** What changed the repository. Entries of the log are these, so that a restarted sandbox knows them again. */
export type RepositoryEntry =
  | { kind: 'branch'; name: string; from: string }
  | { kind: 'commit'; branch: string; message: string; actions: FileAction[]; atMs: number }
  | { kind: 'merge_request'; source: string; target: string; title: string; description: string; atMs: number };

type StoredFile = { content: string; commitId: string };
type Branch = { commitId: string; files: ReadonlyMap<string, StoredFile> };
export type MergeRequest = {
  iid: number;
  source: string;
  target: string;
  title: string;
  description: string;
  state: 'opened';
  sha: string;
  createdAt: string;
};

export const sha1 = (text: string): string => createHash('sha1').update(text).digest('hex');

/** The branches of one project, without a history: what each holds and which commit wrote each file. */
export const createRepository = (initial: Readonly<Record<string, string>>, defaultBranch: string, log: StandInLog) => {
  const branches = new Map<string, Branch>();
  const mergeRequests: MergeRequest[] = [];
  let loaded: Promise<void> | undefined;

  const begin = (): void => {
    branches.clear();
    mergeRequests.length = 0;
    const commitId = sha1(JSON.stringify(initial));
    const files = new Map(Object.entries(initial).map(([path, content]) => [path, { content, commitId }]));
    branches.set(defaultBranch, { commitId, files });
  };

  const commit = (entry: Extract<RepositoryEntry, { kind: 'commit' }>): void => {
    const before = branches.get(entry.branch);
    if (before === undefined) return;
    const commitId = sha1(JSON.stringify([before.commitId, entry]));
    const files = new Map(before.files);
    for (const { action, file_path: path, content = '' } of entry.actions) {
      if (action === 'delete') files.delete(path);
      else files.set(path, { content, commitId });
    }
    branches.set(entry.branch, { commitId, files });
  };

  const apply = (entry: RepositoryEntry): void => {
    if (entry.kind === 'commit') commit(entry);
    else if (entry.kind === 'merge_request') propose(entry);
    else {
      const from = branches.get(entry.from);
      if (from !== undefined) branches.set(entry.name, from);
    }
  };

  const propose = (entry: Extract<RepositoryEntry, { kind: 'merge_request' }>): void => {
    const { source, target, title, description, atMs } = entry;
    const sha = branches.get(source)?.commitId ?? '';
    const createdAt = new Date(atMs).toISOString();
    const iid = mergeRequests.length + 1;
    mergeRequests.push({ iid, source, target, title, description, state: 'opened', sha, createdAt });
  };

  const load = async (): Promise<void> => {
    begin();
    for await (const entry of log.all()) apply(entry as unknown as RepositoryEntry);
  };

  return {
    /** Must have resolved before anything is read. */
    ready(): Promise<void> {
      loaded ??= load();
      return loaded;
    },
    branch: (name: string): Branch | undefined => branches.get(name),
    /** A branch by its name or the id of its newest commit. */
    at: (ref: string): Branch | undefined =>
      branches.get(ref) ?? [...branches.values()].find(({ commitId }) => commitId === ref),
    mergeRequests: (): readonly MergeRequest[] => mergeRequests,
    openRequest: (source: string, target: string): MergeRequest | undefined =>
      mergeRequests.find((each) => each.source === source && each.target === target),
    async write(entry: RepositoryEntry): Promise<void> {
      // In memory first: two requests at once must see each other, and a store that fails fails the request.
      apply(entry);
      await log.append(entry as unknown as JsonObject);
    },
    reset(): void {
      loaded = undefined;
    },
  };
};
export type Repository = ReturnType<typeof createRepository>;
