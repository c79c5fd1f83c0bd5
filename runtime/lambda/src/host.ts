export { createWorkerHost as createHost, MissingEndpointError } from '@verifiedfan/platform/aws';
