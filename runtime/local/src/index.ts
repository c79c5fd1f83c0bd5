export { createEngine, type Engine, type EngineOptions } from './engine.ts';
export { type Estate, type EstateLog, openEstate } from './estate.ts';
export { addCounters } from './mappings/mapping.ts';
export type { Observer } from './observers.ts';
export { type Address, PortTakenError, receivedStore, type Services } from './services.ts';
export { AUDIENCES, type TokenRights } from './tokens.ts';
