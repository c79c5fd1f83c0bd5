import { PortError, type PortErrorCode } from '@verifiedfan/ports';

/** What all of them say; what has to be mended by hand comes before what may mend itself. */
const commonCode = (errors: readonly Error[]): PortErrorCode => {
  const lasting = errors.filter((error) => !(error instanceof PortError && error.retryable));
  if (lasting.length === 0) return 'unavailable';
  const [code, ...others] = new Set(lasting.map((error) => (error instanceof PortError ? error.code : 'validation')));
  return code === undefined || others.length > 0 ? 'validation' : code;
};

/** One error for all that is missing or not as it should be. */
export const notReady = (errors: readonly Error[]): PortError => {
  const faults = errors.map((error) => [error instanceof PortError ? error.resource : undefined, error.message]);
  return new PortError({
    code: commonCode(errors),
    message: `not ready: ${faults.map((parts) => parts.filter((part) => part !== undefined).join(': ')).join('; ')}`,
    cause: new AggregateError(errors),
  });
};
