/** A service that counts one thing and serves nothing, as a process: `startService` with a platform on embedded engines and the measurements of AWS. */
import { createEmbeddedPlatform } from '@verifiedfan/platform';
import { createFunctionMetrics } from '@verifiedfan/platform/aws';
import { startService } from '../../src/index.ts';

await startService({
  name: 'entry-service',
  openPlatform: async ({ catalogue }) =>
    Object.assign(createEmbeddedPlatform({ directory: process.argv[2] ?? '', catalogue }), {
      metrics: createFunctionMetrics({ prefix: 'verifiedfan-test' }),
    }),
  async openService(_parts, { platform }) {
    platform.metrics.count('things', 3);
    const listening = { url: 'http://127.0.0.1:0', port: 0, close: async () => {} };
    return { server: { listen: async () => listening } as never };
  },
});
// Somebody has to be there until the signal comes.
setInterval(() => {}, 1_000);
