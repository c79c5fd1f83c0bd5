import { createHash } from 'node:crypto';
import type { Queue, RecordStream } from '@verifiedfan/ports';
import type { ServiceTracing } from '@verifiedfan/service';
import { isPoison, toError } from './errors.ts';
import { type CloudEvent, DESTINATIONS, type Destination } from './publication.ts';
import type { OutboxRow } from './rows.ts';

/** What the service publishes to; what is left out is told nothing. */
export type CampaignDestinations = {
  campaignDataStream?: Pick<RecordStream, 'putMany'> | undefined;
  /** FIFO. */
  dataPipelineQueue?: Pick<Queue, 'sendMany'> | undefined;
  /** FIFO. */
  attendanceQueue?: Pick<Queue, 'sendMany'> | undefined;
  /** Standard. */
  refreshSelectionsQueue?: Pick<Queue, 'sendMany'> | undefined;
  /** Forgets pages by their surrogate keys, at most 256 a call; rejects when it is not certain that all are forgotten. */
  purge?: ((keys: readonly string[]) => Promise<void>) | undefined;
};

/** An event with the correlation id of the request that caused it. */
export type Parcel = Pick<OutboxRow, 'event' | 'correlation'>;

/** Hands over events of different campaigns; answers per event, undefined for one that has arrived. */
export type Deliver = (parcels: readonly Parcel[]) => Promise<(Error | undefined)[]>;
export type Deliveries = ReadonlyMap<Destination, Deliver>;

/** What Fastly takes in one purge. */
const MAX_KEYS = 256;
/** What SQS takes as a deduplication id. */
const MAX_ID = 128;

const errorOf = (result: object | undefined): Error | undefined => {
  if (result === undefined) return new Error('the destination gave too few answers');
  return 'error' in result ? toError(result.error) : undefined;
};
const answersOf = (parcels: readonly Parcel[], results: readonly object[]): (Error | undefined)[] =>
  parcels.map((_, index) => errorOf(results[index]));

const toStream =
  (stream: Pick<RecordStream, 'putMany'>): Deliver =>
  async (parcels) => {
    const entries = parcels.map(({ event }) => ({ partitionKey: event.subject, data: JSON.stringify(event) }));
    return answersOf(parcels, await stream.putMany(entries));
  };

const deduplicationIdOf = ({ id }: CloudEvent): string =>
  id.length <= MAX_ID ? id : createHash('sha256').update(id).digest('hex');

/** Whoever works on the message goes on under them. */
const attributesOf = ({ traceparent }: CloudEvent, correlation: string | undefined) => {
  const attributes = {
    ...(typeof traceparent === 'string' ? { traceparent } : {}),
    ...(correlation === undefined ? {} : { correlation }),
  };
  return Object.keys(attributes).length === 0 ? {} : { attributes };
};

const toQueue =
  (queue: Pick<Queue, 'sendMany'>, { fifo }: { fifo: boolean }): Deliver =>
  async (parcels) => {
    const messages = parcels.map(({ event, correlation }) => ({
      body: JSON.stringify(event),
      ...attributesOf(event, correlation),
      ...(fifo ? { group: event.subject, deduplicationId: deduplicationIdOf(event) } : {}),
    }));
    return answersOf(parcels, await queue.sendMany(messages));
  };

const keysOf = ({ data }: CloudEvent): string[] =>
  Array.isArray(data.keys) ? data.keys.filter((key) => typeof key === 'string') : [];

/** Events whose keys fit into one purge. */
const chunksOfKeys = (parcels: readonly Parcel[]): { size: number; keys: string[] }[] => {
  const chunks: { size: number; keys: string[] }[] = [];
  for (const { event } of parcels) {
    const keys = keysOf(event);
    const last = chunks.at(-1);
    if (last === undefined || last.keys.length + keys.length > MAX_KEYS) chunks.push({ size: 1, keys });
    else {
      last.size += 1;
      last.keys.push(...keys);
    }
  }
  return chunks;
};

const toNetwork =
  (purge: (keys: readonly string[]) => Promise<void>): Deliver =>
  async (parcels) => {
    const answers: (Error | undefined)[] = [];
    for (const { size, keys } of chunksOfKeys(parcels)) {
      const error = await purge([...new Set(keys)]).then(() => undefined, toError);
      for (let count = 0; count < size; count += 1) answers.push(error);
    }
    return answers;
  };

/** Drivers refuse a whole call for one event over a limit: then each goes alone, and only that one is at fault. */
const eachForItself =
  (deliver: Deliver): Deliver =>
  async (parcels) => {
    const alone = (parcel: Parcel): Promise<(Error | undefined)[]> =>
      deliver([parcel]).catch((thrown: unknown) => [toError(thrown)]);
    try {
      return await deliver(parcels);
    } catch (thrown) {
      const error = toError(thrown);
      if (!isPoison(error) || parcels.length === 1) return parcels.map(() => error);
      const answers: (Error | undefined)[] = [];
      for (const parcel of parcels) answers.push(...(await alone(parcel)));
      return answers;
    }
  };

/** Names of spans: what is called, as the other spans of the service have it. */
const SPANS: Readonly<Record<Destination, string>> = {
  campaignDataStream: 'campaignDataStream.putMany',
  dataPipelineQueue: 'dataPipelineQueue.sendMany',
  attendanceQueue: 'attendanceQueue.sendMany',
  refreshSelectionsQueue: 'refreshSelectionsQueue.sendMany',
  fastly: 'fastly.purge',
};

/** One id as it is everywhere else, several as a list; a call to a destination carries events of many requests. */
const correlationOf = (parcels: readonly Parcel[]): { 'correlation.id'?: string | string[] } => {
  const ids = [...new Set(parcels.flatMap(({ correlation = [] }) => correlation))];
  const [only] = ids;
  if (only === undefined) return {};
  return { 'correlation.id': ids.length === 1 ? only : ids };
};

/** A span for each call, linked with those that caused its events. */
const inSpans =
  (destination: Destination, deliver: Deliver, tracing: ServiceTracing | undefined): Deliver =>
  (parcels) => {
    if (tracing?.enabled !== true) return deliver(parcels);
    const attributes = { events: parcels.length, ...correlationOf(parcels) };
    const links = parcels.flatMap(({ event: { traceparent } }) => (typeof traceparent === 'string' ? traceparent : []));
    const settings = { name: SPANS[destination], kind: 'producer', attributes, links } as const;
    return tracing.span(settings, () => deliver(parcels));
  };

/** How each destination is told, for those that there are. */
export const deliveriesTo = (destinations: CampaignDestinations, tracing?: ServiceTracing): Deliveries => {
  const { campaignDataStream, dataPipelineQueue, attendanceQueue, refreshSelectionsQueue, purge } = destinations;
  const all: Record<Destination, Deliver | undefined> = {
    campaignDataStream: campaignDataStream && toStream(campaignDataStream),
    dataPipelineQueue: dataPipelineQueue && toQueue(dataPipelineQueue, { fifo: true }),
    attendanceQueue: attendanceQueue && toQueue(attendanceQueue, { fifo: true }),
    refreshSelectionsQueue: refreshSelectionsQueue && toQueue(refreshSelectionsQueue, { fifo: false }),
    fastly: purge && toNetwork(purge),
  };
  return new Map(
    DESTINATIONS.flatMap((name) => {
      const deliver = all[name];
      return deliver === undefined ? [] : [[name, inSpans(name, eachForItself(deliver), tracing)] as const];
    }),
  );
};
