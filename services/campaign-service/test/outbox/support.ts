import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { type Database, PortError } from '@verifiedfan/ports';
import { openDatabase } from '@verifiedfan/service/testing';
import { createManualClock, createSeededRandom, type ManualClock, nextTurn } from '@verifiedfan/test-utils';
import {
  type CampaignDestinations,
  createRelay,
  openOutbox,
  outboxSteps,
  type RelayOptions,
} from '../../src/outbox/index.ts';

export type Told = { at: string; id: string; type: string; campaign: string; sequence: number };

export type ReceiversOptions = {
  /** What was told before. */
  told?: readonly Told[];
  purged?: readonly (readonly string[])[];
  /** Events that were refused, by `<destination>/<id>`. */
  refused?: readonly string[];
  /** Whether an event is refused, for ever, when it comes for the first time. @default none is */
  refusesOnce?: (at: string, event: { id: string }) => boolean;
  /** Hears everything before it is acknowledged, so that it is not lost with this process. */
  onTold?: (heard: { event: Told } | { purged: readonly string[] } | { refused: string }) => void;
};

/** A destination of each kind that writes down what it is told, and fails as it is told to. */
export const createReceivers = (options: ReceiversOptions = {}) => {
  const { onTold = () => {}, refusesOnce = () => false } = options;
  const refused = new Set(options.refused ?? []);
  const told: Told[] = [...(options.told ?? [])];
  const purged: (readonly string[])[] = [...(options.purged ?? [])];
  /** Asked for every event; an error means that it does not arrive. */
  let fault: (at: string, event: { id: string; subject: string }) => Error | undefined = () => undefined;
  const take = (at: string, text: string): Error | undefined => {
    const { id, type, subject, sequence } = JSON.parse(text) as {
      id: string;
      type: string;
      subject: string;
      sequence: string;
    };
    const error = fault(at, { id, subject });
    if (error !== undefined) return error;
    if (refusesOnce(at, { id }) && !refused.has(`${at}/${id}`)) {
      onTold({ refused: `${at}/${id}` });
      refused.add(`${at}/${id}`);
      return new PortError({ code: 'too_large', message: 'refused' });
    }
    const event = { at, id, type, campaign: subject, sequence: Number(sequence) };
    onTold({ event });
    told.push(event);
    return undefined;
  };
  const answer = (at: string, texts: readonly string[]) =>
    texts.map((text, index) => {
      const error = take(at, text);
      return error === undefined ? { sequence: '1', shard: '0', messageId: `m${index}` } : { error };
    });
  const queue = (at: string): NonNullable<CampaignDestinations['dataPipelineQueue']> => ({
    sendMany: async (messages) =>
      answer(
        at,
        messages.map(({ body }) => body),
      ),
  });
  const destinations = {
    campaignDataStream: {
      putMany: async (entries) =>
        answer(
          'campaignDataStream',
          entries.map(({ data }) => String(data)),
        ),
    },
    dataPipelineQueue: queue('dataPipelineQueue'),
    attendanceQueue: queue('attendanceQueue'),
    refreshSelectionsQueue: queue('refreshSelectionsQueue'),
    async purge(keys) {
      const error = fault('fastly', { id: '', subject: '' });
      if (error !== undefined) throw error;
      onTold({ purged: keys });
      purged.push([...keys]);
    },
  } satisfies CampaignDestinations;
  return {
    destinations,
    told,
    purged,
    failWith(decide: typeof fault) {
      fault = decide;
    },
    /** What a receiver acts upon that drops what is not newer than what it has seen of the campaign. */
    seenBy(at: string): Told[] {
      const last = new Map<string, number>();
      return told.filter((event) => {
        if (event.at !== at || event.sequence <= (last.get(event.campaign) ?? 0)) return false;
        last.set(event.campaign, event.sequence);
        return true;
      });
    },
  };
};

/** Lets time pass while somebody sleeps, until it is so: a database that is elsewhere needs turns in which no time passes. */
export const passUntil = async (clock: ManualClock, isSo: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 1_000_000 && !isSo(); turn += 1) {
    if (clock.sleeping() > 0) await clock.advance(500);
    else await nextTurn();
  }
  assert.ok(isSo(), 'nobody does anything any more');
};

export type Receivers = ReturnType<typeof createReceivers>;

export const sequencesOf = (events: readonly Told[], campaign?: string): number[] =>
  events.filter((event) => campaign === undefined || event.campaign === campaign).map(({ sequence }) => sequence);

/** An outbox on the embedded database with one stream behind it. */
export const createRig = (context: TestContext, options: Partial<RelayOptions> = {}) => {
  const database: Database = options.database ?? openDatabase(context);
  const clock = createManualClock();
  const random = createSeededRandom({ seed: 'relay' });
  const receivers = createReceivers();
  const lines: string[] = [];
  const write = (message: string, data?: Record<string, unknown>): void => {
    lines.push(`${message} ${String(data?.reason ?? data?.error ?? '')}`);
  };
  const log = { warn: write, error: write };
  const { campaignDataStream } = receivers.destinations;
  const relayWith = (more: Partial<RelayOptions> = {}) =>
    createRelay({ database, destinations: { campaignDataStream }, clock, random, log, ...options, ...more });
  const outbox = openOutbox(database);
  /** One publication each, as if a change had committed. */
  const publish = async (campaignId: string, ...sequences: number[]): Promise<void> => {
    for (const sequence of sequences) {
      const publications = [
        { destination: 'campaignDataStream', type: 'verifiedfan.campaign.updated', data: { sequence } },
      ] as const;
      await database.transact(outboxSteps({ campaignId, sequence, publications, nowMs: clock.now() }));
    }
  };
  return { database, clock, random, receivers, log, lines, relayWith, outbox, publish };
};
