import { createRequire } from 'node:module';
import type { Agent, Dispatcher } from 'undici';

/**
 * Loads the agent alone and only when the first call is made. The whole of undici (fetch, WebSocket, caches, mocks) costs 30 MB of
 * memory and 85 ms of start-up, the agent half of both (measured with undici 8.12 on Node 24), and many processes never call anybody.
 */
const loadAgent = (): typeof Agent => createRequire(import.meta.url)('undici/lib/dispatcher/agent.js') as typeof Agent;

export type LazyAgent = { get(): Dispatcher; close(): Promise<void> };

/** One keep-alive agent, made at the first `get()`. `close()` lets calls under way end; a borrowed dispatcher stays open. */
export const createLazyAgent = (options: { connections: number; borrowed: Dispatcher | undefined }): LazyAgent => {
  let own: Agent | undefined;
  return {
    get() {
      if (options.borrowed !== undefined) return options.borrowed;
      // Shorter than the 5 s after which Node's own servers close an idle connection, so that we rarely write into a closing one.
      own ??= new (loadAgent())({ connections: options.connections, keepAliveTimeout: 4_000, pipelining: 1 });
      return own;
    },
    async close() {
      const closing = own;
      own = undefined;
      await closing?.close();
    },
  };
};
