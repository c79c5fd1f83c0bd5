import { rmSync } from 'node:fs';
import type { ServerName } from '../servers/definition.ts';
import { endRun } from '../servers/manager.ts';
import { cacheFolder, runName } from '../servers/paths.ts';
import { discard, startServer } from '../servers/start.ts';
import { readState } from '../servers/state.ts';
import { SERVERS } from '../servers/table.ts';
import { uniqueName } from './isolation.ts';

/** A server of one test alone, which may be stopped under load and started again. */
export type OwnServer = {
  /** The same before and after a restart. */
  readonly address: string;
  /** What was written outlives a restart. */
  readonly durable: boolean;
  /** Ends its process; the port then refuses connections. */
  stop(): Promise<void>;
  /** Starts it again on the same port, and with the same data if it keeps any on disk. */
  start(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
};

/** Starts a server beside those of the run; it needs no other one. Close it at the end of the test: `test.after(() => server.close())`. */
export const openOwnServer = async (name: ServerName): Promise<OwnServer> => {
  const place = { cache: cacheFolder(), run: uniqueName(`${runName()}.own`) };
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const { address, ports, data } = await startServer(name, { ...place, say });
  return {
    address,
    durable: SERVERS[name].durable,
    async stop() {
      const state = readState(place, name);
      if (state !== undefined) await discard(place, state, data);
    },
    async start() {
      await startServer(name, { ...place, say, ports, data });
    },
    async close() {
      await endRun(place);
      rmSync(data, { recursive: true, force: true });
    },
  };
};
