import { NodeHttpHandler, type NodeHttpHandlerOptions } from '@smithy/node-http-handler';

/** What the SDK asks of whoever sends its requests. */
export type TransferHandler = Pick<
  NodeHttpHandler,
  'metadata' | 'handle' | 'destroy' | 'updateHttpClientConfig' | 'httpHandlerConfigs'
>;

/**
 * Sends what carries a body under a limit of silence, and everything else under the usual limit of the whole request. An upload takes as
 * long as its line is slow: three parts of 8 MiB in 30 s would need 6.7 Mbit/s. Node counts what the system takes of a body as a sign of
 * life, and so do we: https://nodejs.org/api/net.html#socketsettimeouttimeout-callback. Not for answers, because then a reader who takes a while
 * between two reads would lose their connection; `guardBody` has the limit for those.
 */
export const createTransferHandler = (options: NodeHttpHandlerOptions, stallMs: number): TransferHandler => {
  const usual = new NodeHttpHandler(options);
  const uploading = new NodeHttpHandler({ ...options, requestTimeout: 0, socketTimeout: stallMs });
  return {
    metadata: usual.metadata,
    handle: (request, call) => (request.method === 'PUT' ? uploading : usual).handle(request, call),
    destroy() {
      usual.destroy();
      uploading.destroy();
    },
    updateHttpClientConfig(key, value) {
      usual.updateHttpClientConfig(key, value);
      uploading.updateHttpClientConfig(key, value);
    },
    httpHandlerConfigs: () => usual.httpHandlerConfigs(),
  };
};
