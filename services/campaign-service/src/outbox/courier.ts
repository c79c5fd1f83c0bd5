import type { Clock, Collection, Database } from '@verifiedfan/ports';
import type { ServiceLog } from '@verifiedfan/service';
import type { Deliver } from './destinations.ts';
import { DestinationTimeoutError, LeaseLostError, reasonOf, toError } from './errors.ts';
import type { AcquireLease, Lease } from './lease.ts';
import type { Destination } from './publication.ts';
import type { OutboxRow } from './rows.ts';
import { backOffMs, type Settled, type SettleOptions, settle, settledStep } from './settle-rows.ts';

export type CourierOptions = {
  destination: Destination;
  deliver: Deliver;
  database: Database;
  outbox: Collection<OutboxRow>;
  acquire: AcquireLease;
  clock: Clock;
  log: Pick<ServiceLog, 'warn' | 'error'>;
  retry: SettleOptions;
  /** Rows that are read together. */
  pageSize: number;
  /** How long a destination may take, in milliseconds. */
  timeoutMs: number;
};

export type Pass = {
  sent: number;
  /** When there is something to do again, in milliseconds since 1970; undefined when nothing waits here. */
  nextMs: number | undefined;
  /** Another process is at it. */
  isElsewhere?: boolean;
};

/** Tells one destination what waits for it. One call at a time. */
export type Courier = {
  destination: Destination;
  /** Until nothing is due any more or the signal aborts. Rejects with what the database throws. */
  pass(signal: AbortSignal): Promise<Pass>;
};

/** After so many failures without one success the destination is down, not the events: the pass ends and it gets a pause. */
const FAILURES_OF_DESTINATION = 10;

/** What a pass has learned so far. */
type Walk = { lease: Lease; signal: AbortSignal; held: Set<string>; sent: number; failed: number; nextMs: number };

const isDown = ({ sent, failed }: Walk): boolean => sent === 0 && failed >= FAILURES_OF_DESTINATION;

export const createCourier = (options: CourierOptions): Courier => {
  const { destination, database, outbox, acquire, clock, log, retry, pageSize, timeoutMs } = options;
  let pausedUntilMs = 0;
  /** How often in a row the destination was down. */
  let outages = 0;
  /** Behind which row the next pass begins, when one ended early: those at the beginning must not starve the others. */
  let resumeAfter: string | undefined;

  const find = (after: string | undefined, limit: number): Promise<OutboxRow[]> =>
    outbox.find({
      filter: { unsent: destination, ...(after === undefined ? {} : { _id: { $gt: after } }) },
      sort: [['_id', 1]],
      limit,
    });

  const deliver = async (rows: readonly OutboxRow[]): Promise<(Error | undefined)[]> => {
    const timer = new AbortController();
    const late = clock.sleep(timeoutMs, timer.signal).then(() => {
      const error = new DestinationTimeoutError(timeoutMs);
      return rows.map((): Error | undefined => error);
    });
    const told = options.deliver(rows).catch((thrown: unknown) => rows.map(() => toError(thrown)));
    const answers = await Promise.race([told, late]);
    timer.abort();
    return answers;
  };

  const report = ({ row, outcome, error }: Settled): void => {
    if (outcome === 'sent' || error === undefined) return;
    const { _id: id, attempts, correlation } = row;
    const data = { destination, id, attempts: attempts + 1, reason: reasonOf(error), correlation };
    if (outcome === 'dead') log.error('an event is given up; later ones go on', { ...data, error });
    else if (attempts === 0) log.warn('an event did not arrive; it is repeated', data);
  };

  /** Sends rows of different campaigns and writes down what became of them. */
  const send = async (rows: readonly OutboxRow[], walk: Walk): Promise<Settled[]> => {
    const answers = await deliver(rows);
    const settled = rows.map((row, index) => settle(row, answers[index], retry));
    const steps = settled.map((each) => settledStep(each, clock.now()));
    const result = await database.transact([walk.lease.renewal(), ...steps]);
    if (result.outcome === 'aborted') throw new LeaseLostError(destination);
    for (const each of settled) report(each);
    return settled;
  };

  const hold = (row: OutboxRow, dueAtMs: number, walk: Walk): void => {
    walk.held.add(row.campaignId);
    walk.nextMs = Math.min(walk.nextMs, dueAtMs);
  };

  const note = ({ row, outcome }: Settled, walk: Walk): void => {
    if (outcome === 'sent') walk.sent += 1;
    if (typeof outcome === 'string') return;
    walk.failed += 1;
    hold(row, outcome.dueAtMs, walk);
  };

  /** The rows of each campaign one after the other, those of different campaigns together. */
  const work = async (page: readonly OutboxRow[], walk: Walk): Promise<void> => {
    let lanes = [...Map.groupBy(page, ({ campaignId }) => campaignId).values()];
    while (!walk.signal.aborted && !isDown(walk)) {
      const heads: OutboxRow[] = [];
      for (const [head] of lanes) {
        if (head === undefined || walk.held.has(head.campaignId)) continue;
        if (head.dueAtMs > clock.now()) hold(head, head.dueAtMs, walk);
        else heads.push(head);
      }
      if (heads.length === 0) return;
      for (const settled of await send(heads, walk)) note(settled, walk);
      lanes = lanes.map((lane) => lane.slice(1)).filter(([head]) => head !== undefined);
    }
  };

  /** A page that ends inside a campaign that has to wait is followed by the next campaign: `;` comes right behind `:`. */
  const behind = ({ _id, campaignId }: OutboxRow, { held }: Walk): string =>
    held.has(campaignId) ? `${campaignId};` : _id;

  const walkFrom = async (start: string | undefined, walk: Walk): Promise<void> => {
    let after = start;
    while (!walk.signal.aborted) {
      const page = await find(after, pageSize);
      const last = page.at(-1);
      if (last === undefined) return;
      await work(page, walk);
      after = behind(last, walk);
      if (!isDown(walk)) continue;
      resumeAfter = after;
      outages += 1;
      pausedUntilMs = clock.now() + backOffMs(outages, retry);
      walk.nextMs = pausedUntilMs;
      return;
    }
  };

  const walkAll = async (lease: Lease, signal: AbortSignal): Promise<Pass> => {
    const walk: Walk = { lease, signal, held: new Set(), sent: 0, failed: 0, nextMs: Number.POSITIVE_INFINITY };
    const start = resumeAfter;
    resumeAfter = undefined;
    await walkFrom(start, walk);
    if (start !== undefined && !isDown(walk)) await walkFrom(undefined, walk);
    if (walk.sent > 0) outages = 0;
    return { sent: walk.sent, nextMs: Number.isFinite(walk.nextMs) ? walk.nextMs : undefined };
  };

  return {
    destination,
    async pass(signal) {
      if (pausedUntilMs > clock.now()) return { sent: 0, nextMs: pausedUntilMs };
      if ((await find(undefined, 1)).length === 0) return { sent: 0, nextMs: undefined };
      const lease = await acquire(`outbox/${destination}`);
      if (lease === undefined) return { sent: 0, nextMs: undefined, isElsewhere: true };
      const pass = await walkAll(lease, signal);
      await lease.release();
      return pass;
    },
  };
};
