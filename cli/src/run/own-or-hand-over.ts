import type { RemoteCommand } from '../control/frames.ts';
import { handToOwner, ownerListens } from '../control/hand-over.ts';
import { throwIfInterrupted } from '../output/io.ts';
import type { Opened, OpenOptions } from './open.ts';

/** How long a command waits for an owner that is starting or stopping, or for another short command. */
const OWNER_WAIT_MS = 5_000;
const OWNER_POLL_MS = 50;

type Open = (options: OpenOptions) => Promise<Opened>;

/** Hands the command to the owner of the data directory, or takes the directory for this process. */
export const ownOrHandOver = async (
  open: Open,
  remote: RemoteCommand,
  options: OpenOptions,
): Promise<Opened | number> => {
  // Asked first: a command that somebody else runs needs none of the code behind it here.
  const code = await handToOwner(options.directory, remote, options.io);
  if (code !== undefined) return code;
  return untilFree(
    () => open(options),
    options,
    () => handToOwner(options.directory, remote, options.io),
  );
};

/** Takes the data directory for this process alone: another one that serves it is no owner to wait for. */
export const own = async (open: Open, options: OpenOptions): Promise<Opened> => {
  const refuse = async (error: unknown): Promise<undefined> => {
    if (await ownerListens(options.directory)) throw error;
  };
  return untilFree<never>(() => open(options), options, refuse);
};

/** Repeats `take` while another process owns the directory, unless `otherwise` has an answer. */
const untilFree = async <Otherwise>(
  take: () => Promise<Opened>,
  { io }: OpenOptions,
  otherwise: (error: unknown) => Promise<Otherwise | undefined>,
): Promise<Opened | Otherwise> => {
  const { DirectoryOwnedError, systemClock } = await import('@verifiedfan/platform');
  const untilMs = systemClock.now() + OWNER_WAIT_MS;
  for (;;) {
    try {
      return await take();
    } catch (error) {
      if (!(error instanceof DirectoryOwnedError)) throw error;
      const answer = await otherwise(error);
      if (answer !== undefined) return answer;
      if (systemClock.now() >= untilMs) throw error;
    }
    await systemClock.sleep(OWNER_POLL_MS, io.signal);
    throwIfInterrupted(io);
  }
};
