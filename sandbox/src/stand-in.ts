import type { Clock, JsonObject, JsonValue, Random } from '@verifiedfan/ports';

/** A request as a stand-in sees it: the path is the vendor's own, without the sandbox's prefix. */
export type StandInRequest = {
  method: string;
  path: string;
  /** Values of `:name` parts of the route's path, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  /** Names in lower case; a repeated header is joined with `, `. */
  headers: Record<string, string>;
  /** The raw body as UTF-8 text, at most 1 MiB. */
  body: string;
  receivedAtMs: number;
};

export type StandInAnswer = { status: number; headers: Record<string, string>; body: string };

export type Route = {
  /** The vendor's name of the operation, such as `chat.postMessage`; faults are switched on by it. */
  name: string;
  methods: readonly string[];
  /** Parts that begin with a colon match one part of the path: `/v1/score/:number`. */
  path: string;
  handle(request: StandInRequest): StandInAnswer | Promise<StandInAnswer>;
};

/** What a stand-in received and did, in the order of arrival. */
export type StandInLog = {
  /** Resolves once the entry outlives the process. */
  append(entry: JsonObject): Promise<void>;
  /** All entries, oldest first. */
  all(): AsyncIterable<JsonObject>;
};

export type StandInTools = { clock: Clock; random: Random; log: StandInLog };

/** A stand-in for one third party: enforces what the vendor enforces and answers in the vendor's shapes. */
export type StandIn = {
  routes: readonly Route[];
  /** Forgets everything that is kept in memory; the log was emptied before. */
  reset(): void;
};

/** One third party, one file. `name` is the first part of all its paths: `/slack/…`. */
export type StandInDefinition = { name: string; create(tools: StandInTools): StandIn };

export const json = (value: JsonValue, { status = 200, headers = {} }: AnswerOptions = {}): StandInAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(value),
});

export const text = (body: string, { status = 200, headers = {} }: AnswerOptions = {}): StandInAnswer => ({
  status,
  headers: { 'content-type': 'text/html', ...headers },
  body,
});

export type AnswerOptions = { status?: number; headers?: Record<string, string> };

/** The media type alone, in lower case, without its parameters. */
export const mediaType = ({ headers }: StandInRequest): string =>
  (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON value of a text, or undefined when it is none. */
export const parseJson = (body: string): JsonValue | undefined => {
  try {
    return JSON.parse(body) as JsonValue;
  } catch {
    return undefined;
  }
};
