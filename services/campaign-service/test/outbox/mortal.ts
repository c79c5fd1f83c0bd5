import type { Collection, Database, Document } from '@verifiedfan/ports';
import type { CampaignDestinations } from '../../src/index.ts';

/** A process that dies right behind one of its calls to a port: the call has had its effect, and nobody learns of it. */
export type Mortal = {
  /** Names of the calls so far. */
  readonly calls: readonly string[];
  readonly isDead: boolean;
  database(real: Database): Database;
  destinations(real: CampaignDestinations): CampaignDestinations;
  /** A cache or a partner; `name` stands before its calls. */
  port<Port extends object>(name: string, real: Port): Port;
};

const READS = /\.(?:find[A-Za-z]*|search[A-Z][a-z]+|count|get|readFile)$/;

/** A call that only reads leaves the world as it was, so a death behind it is the death behind the call before. */
export const isWrite = (call: string): boolean => !READS.test(call);

export type MortalOptions = {
  /** How many calls it lives. @default for ever */
  diesAfter?: number;
  /** Ends more than this object: a process of its own kills itself here. */
  onDeath?: () => void;
};

export const createMortal = ({ diesAfter = Number.POSITIVE_INFINITY, onDeath }: MortalOptions = {}): Mortal => {
  const calls: string[] = [];
  let isDead = false;
  const died = (): Error => new Error('process died');

  const mortal =
    <Arguments extends unknown[], Answer>(name: string, call: (...given: Arguments) => Promise<Answer>) =>
    async (...given: Arguments): Promise<Answer> => {
      if (isDead) throw died();
      calls.push(name);
      const isLast = calls.length === diesAfter;
      const answer = await call(...given);
      if (isLast) {
        onDeath?.();
        isDead = true;
      }
      if (isDead) throw died();
      return answer;
    };

  /** Every method of a port is a call, whatever is added to it later. */
  const mortalPort = <Port extends object>(prefix: string, port: Port): Port =>
    new Proxy(port, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return mortal(`${prefix}.${String(name)}`, member.bind(target) as (...given: unknown[]) => Promise<unknown>);
      },
    });

  return {
    calls,
    port: mortalPort,
    get isDead() {
      return isDead;
    },
    database: (real) => ({
      collection: <D extends Document>(name: string, options?: Parameters<Database['collection']>[1]): Collection<D> =>
        mortalPort(name, real.collection<D>(name, options)),
      transact: mortal('transact', (steps) => real.transact(steps)),
    }),
    destinations(real) {
      const { purge, ...ports } = real;
      const wrapped = Object.fromEntries(
        Object.entries(ports).map(([name, port]) => [name, port && mortalPort(name, port)]),
      );
      return { ...wrapped, purge: purge && mortal('purge', purge) };
    },
  };
};
