import type { Random } from '@verifiedfan/ports';

/** The namespace of SNS's answers, the one service here that still speaks AWS's form-and-XML protocol. */
const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Calls name themselves in their form: `Action=PublishBatch&…`. */
export const actionOf = (body: Buffer): string | undefined =>
  new URLSearchParams(body.toString('utf8')).get('Action') ?? undefined;

export type Refusal = { code: string; message: string; status?: number };

/** An error in the protocol's own shape, https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#operation-error-serialization */
export const queryError = ({ code, message }: Refusal, requestId: string): string =>
  `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>` +
  `<RequestId>${requestId}</RequestId></ErrorResponse>`;

const ENTRY = /^PublishBatchRequestEntries\.member\.(\d+)\.(.+)$/;

const failedMember = (id: string): string =>
  `<member><Id>${escapeXml(id)}</Id><Code>InternalError</Code><Message>We encountered an internal error.</Message>` +
  '<SenderFault>false</SenderFault></member>';

const withFailed = (xml: string, members: string): string => {
  if (/<Failed\s*\/>/.test(xml)) return xml.replace(/<Failed\s*\/>/, () => `<Failed>${members}</Failed>`);
  if (xml.includes('<Failed>')) return xml.replace('<Failed>', () => `<Failed>${members}`);
  return xml.replace('</PublishBatchResult>', () => `<Failed>${members}</Failed></PublishBatchResult>`);
};

const EMPTY_RESULT =
  `<PublishBatchResponse xmlns="${NAMESPACE}"><PublishBatchResult><Successful/></PublishBatchResult>` +
  '<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></PublishBatchResponse>';

/** Parts SNS's PublishBatch: the entries that stay are numbered anew, the others come back as failed. Undefined without entries. */
export const partPublishBatch = (
  body: Buffer,
  { choose, share, random }: { choose: Choose; share: number; random: Random },
): { forward: Buffer | undefined; merge(answer: Buffer | undefined): Buffer } | undefined => {
  const entries = new Map<string, [name: string, value: string][]>();
  const kept = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(body.toString('utf8'))) {
    const [, number = '', member = ''] = ENTRY.exec(name) ?? [];
    if (number === '') kept.append(name, value);
    else entries.set(number, [...(entries.get(number) ?? []), [member, value]]);
  }
  if (entries.size === 0) return undefined;
  const failed = choose(entries.size, share, random);
  const members: string[] = [];
  let number = 0;
  for (const [position, fields] of [...entries.values()].entries()) {
    if (failed.has(position)) {
      members.push(failedMember(fields.find(([name]) => name === 'Id')?.[1] ?? ''));
      continue;
    }
    number += 1;
    for (const [name, value] of fields) kept.append(`PublishBatchRequestEntries.member.${number}.${name}`, value);
  }
  return {
    forward: number === 0 ? undefined : Buffer.from(kept.toString()),
    merge: (answer) => Buffer.from(withFailed(answer?.toString('utf8') ?? EMPTY_RESULT, members.join(''))),
  };
};

/** Chooses the positions that are not done. */
export type Choose = (count: number, share: number, random: Random) => Set<number>;
