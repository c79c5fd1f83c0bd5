import { connect } from 'node:net';

const PROBE_TIMEOUT_MS = 2_000;

/** Whether a GET is answered with 200. */
export const answersGet = async (url: string): Promise<boolean> => {
  const { status, body } = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  await body?.cancel();
  return status === 200;
};

// None of the emulators checks signatures, but they do read the header: DynamoDB Local and kinesalite answer 400 without one.
const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=probe/20260101/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=0';

/** Whether an AWS JSON operation is answered with 200. */
export const answersOperation = async (
  url: string,
  { target, version, body = {} }: { target: string; version: '1.0' | '1.1'; body?: object },
): Promise<boolean> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': target,
      'x-amz-date': '20260101T000000Z',
      authorization: AUTHORIZATION,
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  await response.body?.cancel();
  return response.status === 200;
};

/** Sends bytes over TCP and looks at what comes back until `enough` says that it is an answer. */
export const answersBytes = (
  port: number,
  { send, enough }: { send: Uint8Array; enough: (answer: Buffer) => boolean },
): Promise<boolean> =>
  new Promise((resolve) => {
    let answer = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1' });
    const finish = (ready: boolean): void => {
      socket.destroy();
      resolve(ready);
    };
    socket.setTimeout(PROBE_TIMEOUT_MS, () => finish(false));
    socket.once('error', () => finish(false));
    socket.once('close', () => finish(false));
    socket.once('connect', () => socket.write(send));
    socket.on('data', (part: Buffer) => {
      answer = Buffer.concat([answer, part]);
      if (enough(answer)) finish(true);
    });
  });

/** A MongoDB `hello`: OP_MSG with one BSON document, https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
export const mongoHello = (): Buffer => {
  const document = Buffer.concat([
    Buffer.from('\x10hello\0', 'latin1'),
    int32(1),
    Buffer.from('\x02$db\0', 'latin1'),
    int32(6),
    Buffer.from('admin\0\0', 'latin1'),
  ]);
  const body = Buffer.concat([int32(0), Buffer.of(0), int32(document.length + 4), document]);
  return Buffer.concat([int32(body.length + 16), int32(1), int32(0), int32(2013), body]);
};

/** Whether the bytes hold a whole answer with `ok: 1`, whatever number type it is written in. */
export const isMongoOk = (answer: Buffer): boolean => {
  if (answer.length < 4 || answer.length < answer.readInt32LE(0)) return false;
  const at = answer.indexOf('ok\0', 0, 'latin1');
  if (at < 1) return false;
  const type = answer[at - 1];
  return type === 1 ? answer.readDoubleLE(at + 3) === 1 : answer.readInt32LE(at + 3) === 1;
};

/** A Kafka ApiVersions request of version 0, which every broker answers: https://kafka.apache.org/protocol#The_Messages_ApiVersions */
export const kafkaApiVersions = (): Buffer => {
  const body = Buffer.from([0, 18, 0, 0, 0, 0, 0, 1, 0, 5, ...Buffer.from('probe')]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
};

/** Whether the bytes hold the beginning of an answer to our request without an error code. */
export const isKafkaOk = (answer: Buffer): boolean =>
  answer.length >= 10 && answer.readInt32BE(4) === 1 && answer.readInt16BE(8) === 0;

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
