import type { Clock, Database, Random } from '@verifiedfan/ports';
import type { ServiceLog, ServiceTracing } from '@verifiedfan/service';
import { type Courier, createCourier, type Pass } from './courier.ts';
import { createDeadEvents, type DeadEvents } from './dead-rows.ts';
import { type CampaignDestinations, deliveriesTo } from './destinations.ts';
import { createLeases } from './lease.ts';
import { createLoop } from './loop.ts';
import type { Destination } from './publication.ts';
import { openOutbox } from './rows.ts';
import type { RetrySettings } from './settle-rows.ts';

export type RelayOptions = {
  database: Database;
  destinations: CampaignDestinations;
  clock: Clock;
  random: Pick<Random, 'next' | 'uuid'>;
  log: Pick<ServiceLog, 'warn' | 'error'>;
  tracing?: ServiceTracing | undefined;
  /** Names this process in leases; see `LeasesOptions`. @default a random id */
  holder?: string | undefined;
  /** How often events of other processes are looked for, in milliseconds; infinity when there are none. @default 5_000 */
  lookMs?: number | undefined;
  /** How long a process that stopped in the middle keeps others from going on, in milliseconds. @default 30_000 */
  leaseMs?: number | undefined;
  /** How long a destination may take for one call, in milliseconds. @default 10_000 */
  timeoutMs?: number | undefined;
  /** @default 50 attempts, 500 ms doubling up to 300_000 ms: three and a half hours */
  retry?: RetrySettings | undefined;
  /** Events that are read, and sent, together. @default 100 */
  pageSize?: number | undefined;
  /** How long events that were sent are kept, in milliseconds. @default 86_400_000 */
  keepSentMs?: number | undefined;
};

/** Takes events from the outbox to their destinations: in order per campaign and destination, at least once. */
export type Relay = Pick<DeadEvents, 'depth' | 'list' | 'redrive'> & {
  /** Those that there are. */
  destinations: ReadonlySet<Destination>;
  /** Works on its own from now on: when woken, when a repetition is due, and every now and then. */
  start(): void;
  /** Ends what is under way, gives the leases back and begins nothing more. */
  stop(): Promise<void>;
  /** Resolves when nothing unsent is due; what waits for a repetition is not waited for. Rejects with what the database throws. */
  drain(signal?: AbortSignal): Promise<void>;
  /** Something was written. */
  wake(): void;
  /** Whether it is at work or about to be; asks nobody. */
  busy(): boolean;
  /** Calls back whenever it begins or ends being busy, until the returned function is called. */
  onChange(listener: () => void): () => void;
};

const RETRY: RetrySettings = { maxAttempts: 50, baseMs: 500, capMs: 300_000 };
/** How often a sent event is looked for that is old enough to be removed, in milliseconds. */
const REMOVE_EVERY_MS = 600_000;
/** How soon to look again where another process is at work, or the database was gone, in milliseconds. */
const AGAIN_MS = 1_000;

const couriersOf = (options: RelayOptions): Courier[] => {
  const { database, destinations, clock, random, log, leaseMs = 30_000, timeoutMs = 10_000, pageSize = 100 } = options;
  const { holder = random.uuid(), retry = RETRY } = options;
  const acquire = createLeases({ database, clock, holder, ttlMs: leaseMs });
  const shared = { database, outbox: openOutbox(database), acquire, clock, log, pageSize, timeoutMs };
  return [...deliveriesTo(destinations, options.tracing)].map(([destination, deliver]) =>
    createCourier({ ...shared, destination, deliver, retry: { ...retry, clock, random } }),
  );
};

export const createRelay = (options: RelayOptions): Relay => {
  const { database, clock, log, lookMs = 5_000, keepSentMs = 86_400_000 } = options;
  const couriers = couriersOf(options);
  const { depth, list, redrive, removeSent } = createDeadEvents({ outbox: openOutbox(database), clock });
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> | undefined;
  let removedAtMs = Number.NEGATIVE_INFINITY;

  const changed = (): void => {
    for (const listener of listeners) listener();
  };

  const turns = new Map<Courier, Promise<unknown>>();
  /** One pass after the other: two at a time would take each other's lease. */
  const passOf = (courier: Courier, until: AbortSignal): Promise<Pass> => {
    const turn = (turns.get(courier) ?? Promise.resolve()).then(() => courier.pass(until));
    turns.set(
      courier,
      turn.catch(() => undefined),
    );
    return turn;
  };

  /** Passes until one finds nothing more: what came in behind the pass's back is found by the next. */
  const exhaust = async (courier: Courier, until: AbortSignal): Promise<Pass> => {
    let pass = await passOf(courier, until);
    while (pass.sent > 0 && !until.aborted) pass = await passOf(courier, until);
    return pass;
  };

  const removeOld = async (): Promise<void> => {
    if (clock.now() - removedAtMs < REMOVE_EVERY_MS) return;
    removedAtMs = clock.now();
    await removeSent({ olderThanMs: keepSentMs });
  };

  const work = async (courier: Courier): Promise<number> => {
    try {
      const { nextMs, isElsewhere } = await exhaust(courier, signal);
      await removeOld();
      if (isElsewhere) return AGAIN_MS;
      return Math.min(lookMs, nextMs === undefined ? lookMs : nextMs - clock.now());
    } catch (error) {
      if (!signal.aborted)
        log.warn('the relay could not work; it tries again', { destination: courier.destination, error });
      return AGAIN_MS;
    }
  };

  const loops = couriers.map((courier) => createLoop({ clock, round: () => work(courier), onIdle: changed }));
  const wake = (): void => {
    for (const loop of loops) loop.wake();
    changed();
  };

  return {
    destinations: new Set(couriers.map(({ destination }) => destination)),
    depth,
    list,
    async redrive(ids) {
      const count = await redrive(ids);
      if (count > 0) wake();
      return count;
    },
    start() {
      if (running !== undefined) throw new TypeError('a relay is started once; make another one');
      running = Promise.all(loops.map((loop) => loop.run(signal)));
    },
    async stop() {
      stopping.abort();
      await running;
      await Promise.all(turns.values());
    },
    async drain(asked = signal) {
      const until = AbortSignal.any([asked, signal]);
      for (;;) {
        const passes = await Promise.all(couriers.map((courier) => exhaust(courier, until)));
        if (until.aborted || !passes.some(({ isElsewhere }) => isElsewhere)) return;
        await clock.sleep(AGAIN_MS, until);
      }
    },
    wake,
    busy: () => loops.some((loop) => loop.busy()),
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
