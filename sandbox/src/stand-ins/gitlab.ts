/**
 * A STAND-IN for GitLab's REST API v4, not GitLab: one project with files that can be read at a ref, branches, commits and merge
 * requests. It checks the token and the project, guards writes by `last_commit_id`, and keeps what was written when the sandbox restarts.
 * Left out: pipelines, merging, approvals, everything about people, and a history of commits (a ref is a branch or its newest commit).
 */
import type { JsonObject, JsonValue } from '@verifiedfan/ports';
import { json, type Route, type StandInAnswer, type StandInDefinition, type StandInRequest } from '../stand-in.ts';
import { missing, parametersOf, readActions, refusalOf } from './gitlab-commits.ts';
import { type FoundFile, PROJECT_NUMBER, renderFile, renderMergeRequest, renderRaw } from './gitlab-render.ts';
import { createRepository, type MergeRequest, sha1 } from './gitlab-repository.ts';

/** Well-known credentials of the sandbox; they open nothing anywhere else. */
export const SANDBOX_GITLAB = { token: 'glpat-sandbox', project: 'verifiedfan/configuration' } as const;

/** What the project holds when nobody changed it yet. */
export const SANDBOX_CONFIGURATION: Readonly<Record<string, string>> = {
  'config/campaign-service.json': '{\n  "searchCacheSeconds": 300,\n  "refreshSeconds": 60\n}\n',
  'config/limits.json': '{\n  "marketsPerCampaign": 1000\n}\n',
  'README.md': '# Configuration\n',
};

export type GitlabStandInOptions = {
  /** @default the sandbox's */
  tokens?: readonly string[];
  /** Path of the one project; it can be named by its number 7 too. @default the sandbox's */
  project?: string;
  /** @default 'main' */
  defaultBranch?: string;
  /** Files by path. @default a small configuration */
  files?: Readonly<Record<string, string>>;
};

const ROOT = '/api/v4/projects/:project';

const refuse = (status: number, message: JsonValue): StandInAnswer => json({ message }, { status });
const lacks = (name: string): StandInAnswer => json({ error: `${name} is missing` }, { status: 400 });

export const gitlabStandIn = (options: GitlabStandInOptions = {}): StandInDefinition => ({
  name: 'gitlab',
  create({ clock, log }) {
    const { tokens = [SANDBOX_GITLAB.token], project = SANDBOX_GITLAB.project, defaultBranch = 'main' } = options;
    const repository = createRepository(options.files ?? SANDBOX_CONFIGURATION, defaultBranch, log);
    const web = (path: string): string => `https://gitlab.example.com/${project}/-/${path}`;

    const guarded =
      (answer: (request: StandInRequest) => StandInAnswer | Promise<StandInAnswer>): Route['handle'] =>
      async (request) => {
        const { headers, params } = request;
        const token = headers['private-token'] ?? /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
        if (!tokens.includes(token)) return refuse(401, '401 Unauthorized');
        if (![project, PROJECT_NUMBER].includes(params.project ?? '')) return refuse(404, '404 Project Not Found');
        await repository.ready();
        return answer(request);
      };

    const file = (present: (path: string, ref: string, found: FoundFile) => StandInAnswer) =>
      guarded(({ params, query }) => {
        const [path = '', ref] = [params.path, query.get('ref')];
        if (ref === null || ref === '') return lacks('ref');
        const tree = repository.at(ref);
        if (tree === undefined) return refuse(404, '404 Commit Not Found');
        const found = tree.files.get(path);
        if (found === undefined) return refuse(404, '404 File Not Found');
        const { content, commitId: last } = found;
        const bytes = Buffer.from(content);
        const blob = sha1(`blob ${bytes.length}\0${content}`);
        return present(path, ref, { content, bytes, blob, last, commit: tree.commitId });
      });

    const readFile = file(renderFile);
    const readRaw = file(renderRaw);

    const createBranch = guarded(async (request) => {
      const parameters = parametersOf(request);
      const absent = missing(parameters, ['branch', 'ref']);
      if (absent !== undefined) return lacks(absent);
      const [name, from] = [String(parameters.branch), String(parameters.ref)];
      if (repository.branch(name) !== undefined) return refuse(400, 'Branch already exists');
      const commit = repository.branch(from);
      if (commit === undefined) return refuse(400, `Invalid reference name: ${from}`);
      await repository.write({ kind: 'branch', name, from });
      const facts = { merged: false, protected: false, default: false, web_url: web(`tree/${name}`) };
      return json({ name, commit: { id: commit.commitId }, ...facts }, { status: 201 });
    });

    const createCommit = guarded(async (request) => {
      const parameters = parametersOf(request);
      const absent = missing(parameters, ['branch', 'commit_message', 'actions']);
      if (absent !== undefined) return lacks(absent);
      const actions = readActions(parameters.actions);
      if (actions === undefined)
        return json({ error: 'actions[0][action] does not have a valid value' }, { status: 400 });
      const [branch, message] = [String(parameters.branch), String(parameters.commit_message)];
      const startBranch = typeof parameters.start_branch === 'string' ? parameters.start_branch : undefined;
      const refusal = refusalOf(repository, { branch, startBranch, actions });
      if (refusal !== undefined) return refuse(400, refusal);
      const parent = repository.branch(startBranch ?? branch)?.commitId ?? '';
      if (repository.branch(branch) === undefined) {
        await repository.write({ kind: 'branch', name: branch, from: startBranch ?? branch });
      }
      const atMs = clock.now();
      await repository.write({ kind: 'commit', branch, message, actions, atMs });
      const id = repository.branch(branch)?.commitId ?? '';
      const title = message.split('\n')[0] ?? '';
      const facts = { short_id: id.slice(0, 8), title, message, parent_ids: [parent], web_url: web(`commit/${id}`) };
      return json({ id, ...facts, created_at: new Date(atMs).toISOString() }, { status: 201 });
    });

    const show = (request: MergeRequest): JsonObject => renderMergeRequest(request, web);

    const createMergeRequest = guarded(async (request) => {
      const parameters = parametersOf(request);
      const absent = missing(parameters, ['source_branch', 'target_branch', 'title']);
      if (absent !== undefined) return lacks(absent);
      const [source, target] = [String(parameters.source_branch), String(parameters.target_branch)];
      if (repository.branch(source) === undefined || repository.branch(target) === undefined) {
        return refuse(400, ['The source or target branch does not exist']);
      }
      const open = repository.openRequest(source, target);
      if (open !== undefined) {
        return refuse(409, [`Another open merge request already exists for this source branch: !${open.iid}`]);
      }
      const [title, description] = [String(parameters.title), String(parameters.description ?? '')];
      await repository.write({ kind: 'merge_request', source, target, title, description, atMs: clock.now() });
      const made = repository.openRequest(source, target);
      return made === undefined ? refuse(500, '500 Internal Server Error') : json(show(made), { status: 201 });
    });

    const listMergeRequests = guarded(({ query }) => {
      const wanted = (name: string, value: string): boolean => (query.get(name) ?? value) === value;
      const found = repository
        .mergeRequests()
        .filter(({ source, target, state }) =>
          [wanted('source_branch', source), wanted('target_branch', target), wanted('state', state)].every(Boolean),
        );
      const headers = { 'x-page': '1', 'x-next-page': '', 'x-per-page': '20', 'x-total': String(found.length) };
      return json(found.map(show), { headers });
    });

    return {
      routes: [
        { name: 'files', methods: ['GET', 'HEAD'], path: `${ROOT}/repository/files/:path`, handle: readFile },
        { name: 'files.raw', methods: ['GET'], path: `${ROOT}/repository/files/:path/raw`, handle: readRaw },
        { name: 'branches', methods: ['POST'], path: `${ROOT}/repository/branches`, handle: createBranch },
        { name: 'commits', methods: ['POST'], path: `${ROOT}/repository/commits`, handle: createCommit },
        { name: 'merge_requests', methods: ['POST'], path: `${ROOT}/merge_requests`, handle: createMergeRequest },
        { name: 'merge_requests.list', methods: ['GET'], path: `${ROOT}/merge_requests`, handle: listMergeRequests },
      ],
      reset: repository.reset,
    };
  },
});
