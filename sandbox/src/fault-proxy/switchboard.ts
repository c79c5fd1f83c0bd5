import type { Random } from '@verifiedfan/ports';

/** What a switchboard has to know of a fault. */
type Switchable = { kind: string; chance?: number | undefined; times?: number | undefined };

export type FaultCounts = {
  /** What came in: requests, or pieces that clients sent. */
  requests: number;
  /** How often each kind of fault struck. */
  injected: Record<string, number>;
  /** The same by operation, for proxies that know operations. */
  byOperation: Record<string, { requests: number; injected: number }>;
};

export type Switchboard<Fault extends Switchable> = {
  /** Switches a fault on; the function that comes back switches it off. */
  add(fault: Fault): () => void;
  clear(): void;
  /** The faults that are switched on, oldest first. */
  active(): Fault[];
  /** Counts one request and draws what strikes it: every delay, and the oldest of the other faults that applies and whose dice fall so. */
  draw(operation: string | undefined, applies: (fault: Fault) => boolean): Fault[];
  counts(): FaultCounts;
  forgetCounts(): void;
};

const EMPTY: FaultCounts = { requests: 0, injected: {}, byOperation: {} };

/** Faults that are switched on, chance that decides whom they strike, and what they struck. The same `random` strikes the same requests. */
export const createSwitchboard = <Fault extends Switchable>(random: Random): Switchboard<Fault> => {
  let active: { fault: Fault; left: number }[] = [];
  let counts = structuredClone(EMPTY);

  const count = (operation: string | undefined, struck: readonly Fault[]): void => {
    counts.requests += 1;
    for (const { kind } of struck) counts.injected[kind] = (counts.injected[kind] ?? 0) + 1;
    if (operation === undefined) return;
    const before = counts.byOperation[operation] ?? { requests: 0, injected: 0 };
    counts.byOperation[operation] = {
      requests: before.requests + 1,
      injected: before.injected + Number(struck.length > 0),
    };
  };

  return {
    add(fault) {
      const entry = { fault: structuredClone(fault), left: fault.times ?? Number.POSITIVE_INFINITY };
      active.push(entry);
      return () => {
        active = active.filter((each) => each !== entry);
      };
    },
    clear() {
      active = [];
    },
    active: () => active.map(({ fault }) => fault),
    draw(operation, applies) {
      const struck: Fault[] = [];
      for (const entry of active) {
        const { fault } = entry;
        const isDelay = fault.kind === 'latency';
        if (!isDelay && struck.some(({ kind }) => kind !== 'latency')) continue;
        if (!applies(fault) || random.next() >= (fault.chance ?? 1)) continue;
        entry.left -= 1;
        struck.push(fault);
      }
      active = active.filter(({ left }) => left > 0);
      count(operation, struck);
      return struck;
    },
    counts: () => structuredClone(counts),
    forgetCounts() {
      counts = structuredClone(EMPTY);
    },
  };
};

/** How long a delay lasts this time, in milliseconds. */
export const delayOf = (
  { delayMs, jitterMs = 0 }: { delayMs: number; jitterMs?: number | undefined },
  random: Random,
): number => delayMs + Math.floor(random.next() * (jitterMs + 1));
