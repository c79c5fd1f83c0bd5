import { PortError } from '@verifiedfan/ports';

/** What a call came to, as data that can be compared and printed. `broken` is an error that no port may throw. */
export type Answer = { answered: unknown } | { refused: string } | { broken: string };

/** The code of an error that stands in a result. */
export const codeOf = (error: unknown): string =>
  error instanceof PortError ? error.code : `no PortError: ${String(error)}`;

/** Waits for a call; errors of the port are answers too. */
export const answerOf = async (call: () => Promise<unknown>): Promise<Answer> => {
  try {
    return { answered: await call() };
  } catch (error) {
    return error instanceof PortError
      ? { refused: error.code }
      : { broken: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};
