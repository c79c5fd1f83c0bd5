import type { WorkerHost } from './service-kit.ts';

type Invocation = { name: string; host: WorkerHost; correlation: string };
export const withInvocation = <T>(_invocation: Invocation, run: () => Promise<T>): Promise<T> => run();
