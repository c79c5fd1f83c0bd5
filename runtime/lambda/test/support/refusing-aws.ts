import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SECRET_GENERATORS } from '@verifiedfan/platform';
import { createSeededRandom } from '@verifiedfan/test-utils';
import type { Owner } from './function.ts';

const random = createSeededRandom({ seed: 'refusing AWS' });

/**
 * A STAND-IN for AWS that knows every secret, the given ones among them, and refuses everything else: who is refused has signed, sent and
 * read an answer.
 */
export const startRefusingAws = async (
  owner: Owner,
  secrets: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const target = request.headers['x-amz-target'];
    const isSecret = String(target).endsWith('.GetSecretValue');
    const name = isSecret ? String((JSON.parse(text) as { SecretId: string }).SecretId.split('/').at(-1)) : '';
    const SecretString = secrets[name] ?? SECRET_GENERATORS[name]?.(random) ?? 'redis://127.0.0.1:1';
    const refusal = target === undefined ? '<Error><Code>AccessDenied</Code></Error>' : '{"__type":"AccessDenied"}';
    response.writeHead(isSecret ? 200 : 403).end(isSecret ? JSON.stringify({ Name: name, SecretString }) : refusal);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
