import { SandboxError } from './errors.ts';
import { isObject, type Route } from './stand-in.ts';

/** How one or more coming answers are spoilt. What is left out stays as the stand-in would do it. */
export type Fault = {
  /** A route's name or path, or `*` for all routes of the stand-in. */
  route: string;
  /** Answered instead of the stand-in's own answer; without `afterEffect` the stand-in does nothing. 200 to 599. */
  status?: number;
  /** Used with `status`. @default empty */
  body?: string;
  headers?: Record<string, string>;
  /** Waits before it answers, in milliseconds on the sandbox's clock. */
  delayMs?: number;
  /** Sends a complete head and this many bytes of the body, then closes the connection. */
  dropAfterBytes?: number;
  /** Resets the connection instead of answering; without `afterEffect` the stand-in does nothing. */
  reset?: boolean;
  /** The stand-in does its work first and fails then: the outcome that a caller cannot know. */
  afterEffect?: boolean;
  /** How many requests are hit. @default 1 */
  times: number;
};

const CHECKS: Record<keyof Fault, (value: unknown) => boolean> = {
  route: (value) => typeof value === 'string' && value !== '',
  status: (value) => isWhole(value, 200) && value <= 599,
  body: (value) => typeof value === 'string',
  headers: (value) => isObject(value) && Object.values(value).every((each) => typeof each === 'string'),
  delayMs: (value) => isWhole(value, 0),
  dropAfterBytes: (value) => isWhole(value, 0),
  reset: (value) => typeof value === 'boolean',
  afterEffect: (value) => typeof value === 'boolean',
  times: (value) => isWhole(value, 1),
};

const isWhole = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= least;

/** Checks a fault that came in from outside; throws `invalid_option` naming the member that is wrong. */
export const parseFault = (value: unknown, routes: readonly Route[]): Fault => {
  if (!isObject(value)) throw new SandboxError('invalid_option', 'a fault is a JSON object');
  const fault = { times: 1, ...value };
  for (const [name, member] of Object.entries(fault)) {
    if (!Object.hasOwn(CHECKS, name)) throw new SandboxError('invalid_option', `a fault has no member "${name}"`);
    if (!CHECKS[name as keyof Fault](member)) throw new SandboxError('invalid_option', `"${name}" of a fault is wrong`);
  }
  const { route } = fault as Partial<Fault>;
  if (route !== '*' && !routes.some(({ name, path }) => route === name || route === path)) {
    const known = routes.map(({ name }) => name).join(', ');
    throw new SandboxError('invalid_option', `"route" of a fault is * or one of: ${known}`);
  }
  return fault as Fault;
};

/** The faults that are still to come, in the order in which they were switched on. */
export const createFaults = () => {
  let pending: Fault[] = [];
  return {
    add(fault: Fault): void {
      pending.push({ ...fault });
    },
    /** The oldest fault of a route, counted down; undefined when there is none. */
    take({ name, path }: Route): Fault | undefined {
      const fault = pending.find(({ route }) => route === '*' || route === name || route === path);
      if (fault === undefined) return undefined;
      fault.times -= 1;
      pending = pending.filter(({ times }) => times > 0);
      return fault;
    },
    pending: (): Fault[] => structuredClone(pending),
    clear(): void {
      pending = [];
    },
  };
};
export type Faults = ReturnType<typeof createFaults>;
