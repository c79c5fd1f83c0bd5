export { type AwsConnection, sdkConfiguration } from './sdk/connection.ts';
export { toPortError } from './sdk/errors.ts';
