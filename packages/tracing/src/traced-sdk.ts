import type { Tracer } from '@opentelemetry/api';
import { globalTracer } from './global.ts';
import { type OnFailure, STATUS_ERROR, withSpanNoting } from './span.ts';

export type TracedSdkOptions<Sdk extends object> = {
  /** @default the tracer of the process, at the time of each call */
  tracer?: Tracer | undefined;
  sdk: Sdk;
  /** In front of the method's name: `redis` gives `redis.get`. */
  name: string;
  /** Methods that get spans. @default all */
  methods?: readonly (keyof Sdk & string)[] | undefined;
  /**
   * Whether an error is an answer that the caller asked for, such as a condition that did not hold: then the span has not failed and carries
   * the error's name as `verifiedfan.refused`. @default none is
   */
  isExpected?: ((error: unknown) => boolean) | undefined;
};

type Method = (this: unknown, ...args: unknown[]) => unknown;

/**
 * The same client with a span around each call of a method, named `<name>.<method>`; `send(command)` of the AWS SDK is named after its command:
 * `dynamodb.PutItem`. Answers, errors and `this` pass unchanged; calls that the client makes to itself inside get no span. Arguments are not
 * recorded: they hold the data. Of an error only its name and code are, since the texts of services quote keys, values and queries.
 */
export const TracedSdk = <Sdk extends object>({
  tracer,
  sdk,
  name,
  methods,
  isExpected = () => false,
}: TracedSdkOptions<Sdk>): Sdk => {
  const noteFailure = createNoteFailure(isExpected);
  const chosen = methods === undefined ? undefined : new Set<PropertyKey>(methods);
  // One wrapper per method, so that `client.get === client.get` stays true.
  const wrappers = new WeakMap<object, Method>();
  const isTraced = (key: string): boolean => chosen === undefined || chosen.has(key);

  const wrap = (key: string, method: Method): Method => {
    const known = wrappers.get(method);
    if (known !== undefined) return known;
    // Called on the client itself, not on the proxy: private fields are only there.
    const plain: Method = (...args) => method.apply(sdk, args);
    const traced: Method = (...args) =>
      withSpanNoting(
        tracer ?? globalTracer(),
        { name: `${name}.${operation(key, args)}`, kind: 'client' },
        () => plain(...args),
        noteFailure,
      );
    const wrapper = isTraced(key) ? traced : plain;
    wrappers.set(method, wrapper);
    return wrapper;
  };

  return new Proxy(sdk, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function' || typeof key !== 'string') return value;
      return isClass(value) || isFixed(target, key) ? value : wrap(key, value as Method);
    },
  });
};

const createNoteFailure =
  (isExpected: (error: unknown) => boolean): OnFailure =>
  (span, error) => {
    try {
      const [name, code] = wordsOf(error);
      if (isExpected(error)) return void span.setAttribute('verifiedfan.refused', name);
      span.recordException({ name });
      span.setStatus({ code: STATUS_ERROR, message: code === undefined ? name : `${name} ${code}` });
    } catch {
      // An error whose fields cannot be read must not replace itself by another one.
    }
  };

/** Names and codes are words of a program; what is none may be a text that was put there. */
const isWord = (value: unknown): value is string => typeof value === 'string' && /^[\w.:$-]{1,100}$/.test(value);

const wordsOf = (error: unknown): [name: string, code: string | undefined] => {
  const { name, code } = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>;
  const codeText = typeof code === 'number' ? String(code) : code;
  return [isWord(name) ? name : 'Error', isWord(codeText) ? codeText : undefined];
};

/** Classes among the members, `constructor` first of all, are there to be compared and constructed, not called. */
const isClass = (value: object): boolean => Object.getOwnPropertyDescriptor(value, 'prototype')?.writable === false;

const operation = (key: string, args: readonly unknown[]): string => {
  if (key !== 'send') return key;
  const command = (args[0] as { constructor?: { name?: unknown } } | null | undefined)?.constructor?.name;
  return typeof command === 'string' && /.Command$/.test(command) ? command.slice(0, -'Command'.length) : key;
};

/** A proxy must show a property that can never change as it is, or reading it throws. */
const isFixed = (target: object, key: string): boolean => {
  const property = Reflect.getOwnPropertyDescriptor(target, key);
  return property !== undefined && property.configurable === false && property.writable === false;
};
