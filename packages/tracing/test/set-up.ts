import { type CreateTracingOptions, createTracing } from '../src/index.ts';
import { startReceiver } from './receiver.ts';

/** Tracing with a real collector of its own; both end with the test. */
export const setUp = async (options: Partial<CreateTracingOptions> = {}) => {
  const receiver = await startReceiver();
  const tracing = await createTracing({ serviceName: 'campaign-service', ...receiver.collector, ...options });
  return {
    receiver,
    tracing,
    tracer: tracing.tracer,
    async [Symbol.asyncDispose]() {
      await tracing.shutdown();
      await receiver[Symbol.asyncDispose]();
    },
  };
};
