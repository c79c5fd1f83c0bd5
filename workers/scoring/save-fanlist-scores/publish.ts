import type { JsonObject, RecordStream } from '@verifiedfan/ports';
import type { HandleContext } from '@verifiedfan/worker';
import type { RowOutcome } from '../domain/settle-rows.ts';
import { removedEvent, scoredEvent } from './event.ts';
import type { Identifier } from './identifiers.ts';
import type { KnownProperties } from './properties.ts';

/** A row that was written, or found as it should be. */
export type Publication = Exclude<RowOutcome<Identifier>, { error: unknown }>;

export type PublishOptions = {
  stream: RecordStream;
  properties: KnownProperties;
  /** Rows that hold the claim that a record brought. */
  held: readonly Publication[];
  /** What holds, if anything does, behind a withdrawal. */
  after: readonly Publication[];
  fail: HandleContext<unknown>['fail'];
};

/** Publishes what holds now. The counters are those of `held`; a withdrawal whose publication fails is repeated as well. */
export const publish = async ({
  stream,
  properties,
  held,
  after,
  fail,
}: PublishOptions): Promise<{ in: number; failed: number; out: number }> => {
  const all = [...held, ...after];
  const entries = all.map((publication) => ({
    partitionKey: publication.tag.identifier,
    data: JSON.stringify(eventOf(publication, properties)),
  }));
  const results = entries.length === 0 ? [] : await stream.putMany(entries);
  let failed = 0;
  for (const [at, publication] of all.entries()) {
    const result = results[at];
    if (result !== undefined && !('error' in result)) continue;
    if (at < held.length) failed += 1;
    fail(publication.tag.record, result?.error);
  }
  return { in: held.length, failed, out: held.length - failed };
};

/** What holds now, or that nothing does: the same for every repetition. */
const eventOf = ({ tag, standing, revision }: Publication, properties: KnownProperties): JsonObject => {
  const campaign = properties.get(tag.campaignId);
  if (standing === undefined || campaign === undefined || campaign instanceof Error) return removedEvent(tag);
  return scoredEvent(tag, { standing, revision, campaign });
};
