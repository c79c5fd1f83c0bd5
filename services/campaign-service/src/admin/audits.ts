import type { Clock, Database, Random } from '@verifiedfan/ports';

/** What somebody with a supreme token did, or tried to do, outside of this service. */
export type Audit = {
  _id: string;
  at: string;
  subject: string;
  /** Such as `configuration.propose`. */
  action: string;
  /** What it was done to: a path, never its content. */
  target: string;
  /** `started` until the outcome is known; what stays so was cut off, and may have happened. */
  outcome: string;
  correlation: string;
  /** Of what came of it. */
  url?: string;
};

export type AuditFacts = Pick<Audit, 'subject' | 'action' | 'target' | 'correlation'>;
export type Outcome = { outcome: string; url?: string | undefined };

export type Audits = {
  /**
   * Writes down what is about to be done, does it, and writes down what came of it. What cannot be written down is not done. The outcome of
   * work that threw is its code.
   */
  record<T>(facts: AuditFacts, work: () => Promise<T>, outcomeOf: (result: T) => Outcome): Promise<T>;
};

export type AuditsOptions = { database: Database; clock: Clock; random: Pick<Random, 'uuid'> };

const codeOf = (error: unknown): string => {
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  return typeof code === 'string' ? code : 'failed';
};

/** The collection `audits`. */
export const createAudits = ({ database, clock, random }: AuditsOptions): Audits => {
  const audits = database.collection<Audit>('audits', { indexes: [{ name: 'at', fields: [['at', 1]] }] });
  return {
    async record(facts, work, outcomeOf) {
      const _id = random.uuid();
      await audits.insertOne({ _id, at: new Date(clock.now()).toISOString(), ...facts, outcome: 'started' });
      const end = ({ outcome, url }: Outcome) =>
        audits.updateOne({ _id }, { $set: { outcome, ...(url !== undefined && { url }) } });
      try {
        const result = await work();
        await end(outcomeOf(result));
        return result;
      } catch (error) {
        await end({ outcome: codeOf(error) });
        throw error;
      }
    },
  };
};
