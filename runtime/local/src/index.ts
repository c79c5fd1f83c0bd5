export { createEngine, type Engine, type EngineOptions } from './engine.ts';
export { type Estate, type EstateOptions, openEstate } from './estate.ts';
export type { EstateLog } from './log.ts';
export { addCounters } from './mappings/mapping.ts';
export type { Observer } from './observers.ts';
export { type Recovered, type RecoverOptions, recoverMessages } from './recover/recover-messages.ts';
export { type Address, PortTakenError, type Services } from './services.ts';
export { receivedStore } from './stand-ins.ts';
export { AUDIENCES, type TokenRights } from './tokens.ts';
