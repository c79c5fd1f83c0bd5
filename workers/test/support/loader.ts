import type { JsonValue, ObjectInfo, ReceivedMessage } from '@verifiedfan/ports';
import { invoke, type PreparedWorker, redrive, s3Event, sqsPayload } from '@verifiedfan/worker';
import type { Chance } from './chance.ts';
import { isTransient } from './consumer.ts';
import { assertEquations } from './equations.ts';
import type { TestPlatform } from './platform.ts';

export type LoaderOptions = { platform: TestPlatform; prepared: PreparedWorker };

export type Loader = {
  /** A notification of the upload is under way, `copies` times. */
  notify(info: ObjectInfo, copies: number): void;
  /** Handles one notification or continuation; false when there is none. */
  step(chance: Chance, percent: { pauses: number; repeats: number }): Promise<boolean>;
  /** Puts one dead-lettered row back; undefined when there is none, or when it was refused again. */
  redriveOne(
    chance: Chance,
    disturbed: (run: () => Promise<boolean>) => Promise<boolean>,
  ): Promise<{ loadId: string; line: number } | undefined>;
  idle(): Promise<boolean>;
  /** Every notification that there ever was, once more. */
  again(): Promise<void>;
  /** How many notifications and continuations are being handled right now. */
  readonly running: number;
};

/** Less time than the loader wants to have: it pauses at every checkpoint. */
const ALMOST_OVER = { getRemainingTimeInMillis: () => 1_000 };

/** loadScoresToStream between the notifications of uploads and its own continuations, both repeated and in any order. */
export const createLoader = ({ platform, prepared }: LoaderOptions): Loader => {
  const notifications: ObjectInfo[] = [];
  const told: ObjectInfo[] = [];
  const queue = platform.queue('loadContinuationQueue');
  let running = 0;

  const handle = async (event: JsonValue, pauses: boolean): Promise<boolean> => {
    running += 1;
    try {
      const answer = await invoke(prepared, event, pauses ? ALMOST_OVER : {});
      assertEquations('loadScoresToStream', answer);
      const { batchItemFailures = [] } = answer as { batchItemFailures?: unknown[] };
      return batchItemFailures.length === 0;
    } catch (error) {
      if (isTransient(error)) return false;
      throw error;
    } finally {
      running -= 1;
    }
  };

  const continueOne = async (message: ReceivedMessage, pauses: boolean, repeats: boolean): Promise<void> => {
    const done = await handle({ Records: [sqsPayload(message, queue)] }, pauses);
    await queue.deleteMany([message.receiptHandle]);
    // A queue gives up after some receives; these histories have more faults than life, so the message starts anew.
    if (!done || repeats) await queue.sendMany([{ body: message.body }]);
  };

  return {
    notify(info, copies) {
      told.push(info);
      for (let copy = 0; copy < copies; copy += 1) notifications.push(info);
    },
    async step(chance, percent) {
      const pauses = chance.percent(percent.pauses);
      const repeats = chance.percent(percent.repeats);
      const [message] = chance.percent(50) || notifications.length === 0 ? await queue.receive({ max: 1 }) : [];
      if (message !== undefined) {
        await continueOne(message, pauses, repeats);
        return true;
      }
      const [info] = notifications.splice(chance.between(0, Math.max(0, notifications.length - 1)), 1);
      if (info === undefined) return false;
      const done = await handle(s3Event('scoringBucket', info), pauses);
      if (!done || repeats) notifications.push(info);
      return true;
    },
    async redriveOne(chance, disturbed) {
      const letters = [];
      for await (const letter of prepared.deadLetters.list()) letters.push(letter);
      if (letters.length === 0) return undefined;
      const { id } = chance.oneOf(letters);
      const letter = await prepared.deadLetters.get(id);
      if (letter === undefined || !letter.part) return undefined;
      const putBack = (): Promise<boolean> => succeeds(() => redrive(prepared, letter));
      // After a failure the row may be back or not; whoever redrives tries again until it is told.
      if (!(await disturbed(putBack)) && !(await putBack())) return undefined;
      await prepared.deadLetters.remove(id);
      return letter.payload as { loadId: string; line: number };
    },
    idle: async () => notifications.length === 0 && running === 0 && (await queue.depth()).visible === 0,
    async again() {
      for (const info of told) await handle(s3Event('scoringBucket', info), false);
    },
    get running() {
      return running;
    },
  };
};

/** False when it failed for now or was refused; anything else is a mistake. */
const succeeds = async (run: () => Promise<void>): Promise<boolean> => {
  try {
    await run();
    return true;
  } catch (error) {
    if (isTransient(error) || (error instanceof Error && error.name === 'RejectError')) return false;
    throw error;
  }
};
