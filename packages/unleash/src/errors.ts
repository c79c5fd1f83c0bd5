import { PortError } from '@verifiedfan/ports';

/** The client tells a refusal in its text alone: `… responded 401 …`. */
const isRefusal = (error: unknown): boolean => error instanceof Error && /\b40[13]\b/.test(error.message);

/** An error of the Unleash client as the error that drivers of ports throw. */
export const toPortError = (error: unknown): PortError =>
  isRefusal(error)
    ? new PortError({ code: 'validation', message: 'Unleash refuses the token', cause: error })
    : new PortError({ code: 'unavailable', message: 'Unleash cannot be reached', cause: error });
