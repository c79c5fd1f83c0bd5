import { PortError } from '@verifiedfan/ports';
import { lazily } from '../clients/lazily.ts';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';

/** The client of S3 and its commands, loaded with the first call. An upload of which nothing is taken for `stallMs` is given up. */
export const openS3 = (connection: AwsConnection, { stallMs }: { stallMs: number }) =>
  lazily(async () => {
    const [sdk, { createTransferHandler }] = await Promise.all([
      import('./sdk-commands.ts'),
      import('./transfer-handler.ts'),
    ]);
    const configuration = sdkConfiguration(connection);
    const client = new sdk.S3Client({
      ...configuration,
      requestHandler: createTransferHandler(configuration.requestHandler, stallMs),
      // A bucket's own host name resolves at AWS; an emulator at an address of its own takes the bucket's name in the path.
      forcePathStyle: connection.endpoint !== undefined,
    });
    return { sdk, client: sdkClient(client, { name: 's3', connection }) };
  });

export type OpenS3 = ReturnType<typeof openS3>;

/** The service's name of an error, `NoSuchKey`. A HEAD request has no body to say it in: the SDK then says `NotFound`. */
export const errorName = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'name' in error ? String(error.name) : '';

/** How often the SDK sent the request that failed. */
export const attemptsOf = (error: unknown): number => {
  const { $metadata } = (typeof error === 'object' && error !== null ? error : {}) as {
    $metadata?: { attempts?: number };
  };
  return $metadata?.attempts ?? 1;
};

/**
 * An answer of success that could not be read: cut off on its way. The SDK throws its parser's error with the status of the answer, which
 * would otherwise pass for a fault of the request.
 */
export const cutOff = (error: unknown, resource: string): PortError | undefined => {
  const { $metadata } = (typeof error === 'object' && error !== null ? error : {}) as {
    $metadata?: { httpStatusCode?: number };
  };
  if ($metadata?.httpStatusCode === undefined || $metadata.httpStatusCode >= 300) return undefined;
  return new PortError({
    code: 'unavailable',
    message: 'the answer of S3 could not be read to its end',
    resource,
    cause: error,
  });
};

const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion', 'NotFound']);

export const isMissing = (error: unknown): boolean => MISSING.has(errorName(error));
