/** Stand-ins for third parties over HTTP, and proxies in front of real servers, with faults that can be switched on. */
export { SANDBOX_ERROR_CODES, SandboxError, type SandboxErrorCode } from './errors.ts';
export { createFaultProxy, type FaultProxy, type FaultProxyOptions } from './fault-proxy/http-proxy.ts';
export type { ProxyFault, TcpFault } from './fault-proxy/proxy-faults.ts';
export type { FaultCounts } from './fault-proxy/switchboard.ts';
export { createTcpFaultProxy, type TcpFaultProxy, type TcpFaultProxyOptions } from './fault-proxy/tcp-proxy.ts';
export type { Fault } from './faults.ts';
export type { StandInControls } from './host.ts';
export type { RecordedRequest } from './recorder.ts';
export { createSandbox, type Sandbox, type SandboxOptions } from './sandbox.ts';
export type { Route, StandIn, StandInAnswer, StandInDefinition, StandInRequest, StandInTools } from './stand-in.ts';
export { type DiscoveryStandInOptions, discoveryStandIn, SANDBOX_DISCOVERY } from './stand-ins/discovery.ts';
export { CATALOGUE_SIZE } from './stand-ins/discovery-catalogue.ts';
export { type FastlyStandInOptions, fastlyStandIn, SANDBOX_FASTLY } from './stand-ins/fastly.ts';
export {
  type GitlabStandInOptions,
  gitlabStandIn,
  SANDBOX_CONFIGURATION,
  SANDBOX_GITLAB,
} from './stand-ins/gitlab.ts';
export { SANDBOX_SLACK, type SlackStandInOptions, slackStandIn } from './stand-ins/slack.ts';
export { SANDBOX_TELESIGN, type TelesignStandInOptions, telesignStandIn } from './stand-ins/telesign.ts';
export { createFileStore, createMemoryStore, type SandboxStore, type StoredEntry } from './store.ts';
