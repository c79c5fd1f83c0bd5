import { type Clock, PortError } from '@verifiedfan/ports';

const POLL_MS = 200;
const MOST_POLLS = 300;

export type UntilActiveOptions = {
  clock: Clock;
  /** What is being made, such as `stream scores`. */
  what: string;
  resource: string;
  /** Asks the service. */
  status: () => Promise<string | undefined>;
};

/** The error for something that is there and cannot be used yet. */
export const notActive = ({ what, resource }: Pick<UntilActiveOptions, 'what' | 'resource'>): PortError =>
  new PortError({ code: 'unavailable', message: `${what} is not active`, resource });

/** Waits until what was made can be used; after a minute it throws `unavailable`. */
export const untilActive = async ({ clock, status, ...about }: UntilActiveOptions): Promise<void> => {
  for (let polls = 0; (await status()) !== 'ACTIVE'; polls += 1) {
    if (polls >= MOST_POLLS) throw notActive(about);
    await clock.sleep(POLL_MS);
  }
};
