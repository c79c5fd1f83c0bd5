import { isObject } from './request.ts';

/** An authorizer's answer, checked. */
export type Authorization = {
  isAuthorized: boolean;
  resolverContext: Record<string, string>;
  /** As `<Type>.<field>`. */
  deniedFields: ReadonlySet<string>;
  /** 0 is not to be remembered. */
  ttlSeconds: number;
};

/** The longest that AppSync remembers an answer; its default is not to: https://docs.aws.amazon.com/appsync/latest/APIReference/API_LambdaAuthorizerConfig.html */
const MAX_TTL_SECONDS = 3600;

/** Undefined when the answer is not what AppSync accepts: `isAuthorized` is missing, the context is nested, a member has another type. */
export const readAuthorization = (answer: unknown): Authorization | undefined => {
  if (!isObject(answer) || typeof answer.isAuthorized !== 'boolean') return undefined;
  const resolverContext = readContext(answer.resolverContext ?? {});
  const deniedFields = readDenied(answer.deniedFields ?? []);
  const ttl = answer.ttlOverride ?? 0;
  if (resolverContext === undefined || deniedFields === undefined || typeof ttl !== 'number') return undefined;
  const ttlSeconds = Number.isFinite(ttl) ? Math.min(MAX_TTL_SECONDS, Math.max(0, ttl)) : 0;
  return { isAuthorized: answer.isAuthorized, resolverContext, deniedFields, ttlSeconds };
};

/** Flat, with values as text. */
const readContext = (value: unknown): Record<string, string> | undefined => {
  if (!isObject(value)) return undefined;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  if (members.some(([, member]) => typeof member === 'object')) return undefined;
  return Object.fromEntries(members.map(([name, member]) => [name, String(member)]));
};

/** Fields as `Type.field`, or as the ARN of a field, which ends in `types/<Type>/fields/<field>`. */
const readDenied = (value: unknown): ReadonlySet<string> | undefined => {
  if (!Array.isArray(value)) return undefined;
  const denied = new Set<string>();
  for (const entry of value as unknown[]) {
    if (typeof entry !== 'string') return undefined;
    const [, type, field] = /^arn:.*\/types\/([^/]+)\/fields\/([^/]+)$/.exec(entry) ?? [];
    denied.add(type === undefined ? entry : `${type}.${field}`);
  }
  return denied;
};
