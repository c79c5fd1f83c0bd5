import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Input = { SecretId?: string; Entries?: { Id: string; MessageBody: string }[] };

/** A STAND-IN for Secrets Manager, DynamoDB with no rows, and SQS: it answers at once and writes down what it was asked for. */
export const startAws = async ({ secrets }: { secrets: Readonly<Record<string, string>> }) => {
  const calls: string[] = [];
  const answers: Readonly<Record<string, (input: Input, url: string) => unknown>> = {
    GetSecretValue: ({ SecretId = '' }) => {
      const SecretString = secrets[SecretId.slice(SecretId.lastIndexOf('/') + 1)];
      return { ARN: SecretId, Name: SecretId, SecretString };
    },
    GetItem: () => ({}),
    Query: () => ({ Items: [], Count: 0, ScannedCount: 0 }),
    GetQueueUrl: (_input, url) => ({ QueueUrl: `${url}/111122223333/queue` }),
    SendMessageBatch: ({ Entries = [] }) => ({
      Failed: [],
      // Clients compare the digest.
      Successful: Entries.map(({ Id, MessageBody }) => {
        return { Id, MessageId: Id, MD5OfMessageBody: createHash('md5').update(MessageBody).digest('hex') };
      }),
    }),
  };
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const operation = String(request.headers['x-amz-target']).split('.').at(-1) ?? '';
    calls.push(operation);
    const answer = answers[operation]?.(JSON.parse(text) as Input, url);
    response.writeHead(answer === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(answer ?? { __type: 'UnknownOperationException' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    /** Names of operations in the order of arrival; whoever measures empties it. */
    calls,
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
