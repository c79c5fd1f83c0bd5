import type { ListObjectVersionsCommandOutput, ObjectVersion } from '@aws-sdk/client-s3';
import type { ObjectInfo } from '@verifiedfan/ports';
import { calling } from '../sdk/errors.ts';
import { cutOff, type OpenS3 } from './sdk.ts';
import { sequencersOf } from './sequencers.ts';

/** All uploads of one key, newest first. `current` is missing behind a deletion. */
export type KeyVersions = { key: string; uploads: ObjectInfo[]; current: ObjectInfo | undefined };

type Entry = { key: string; version: ObjectVersion };
type Page = { entries: Entry[]; next: { KeyMarker: string; VersionIdMarker?: string | undefined } | undefined };

/** With `EncodingType: 'url'` keys come form-url-encoded, as in notifications; a server that does not know it sends them as they are. */
const decoder = ({ EncodingType }: ListObjectVersionsCommandOutput): ((key: string) => string) =>
  EncodingType === 'url' ? (key) => decodeURIComponent(key.replaceAll('+', ' ')) : (key) => key;

const toPage = (output: ListObjectVersionsCommandOutput): Page => {
  const decode = decoder(output);
  const { Versions = [], IsTruncated = false, NextKeyMarker, NextVersionIdMarker } = output;
  return {
    entries: Versions.map((version) => ({ key: decode(version.Key ?? ''), version })),
    next:
      IsTruncated && NextKeyMarker !== undefined
        ? { KeyMarker: decode(NextKeyMarker), VersionIdMarker: NextVersionIdMarker }
        : undefined,
  };
};

const toKeyVersions = (entries: readonly Entry[]): KeyVersions => {
  const times = entries.map(({ version }) => version.LastModified?.getTime() ?? 0);
  const sequencers = sequencersOf(times);
  const uploads = entries.map(
    ({ key, version }, index): ObjectInfo => ({
      key,
      size: version.Size ?? 0,
      etag: unquoted(version.ETag ?? ''),
      version: version.VersionId ?? 'null',
      sequencer: sequencers[index] ?? '',
      modifiedAtMs: times[index] ?? 0,
    }),
  );
  const latest = entries.findIndex(({ version }) => version.IsLatest === true);
  return { key: entries[0]?.key ?? '', uploads, current: uploads[latest] };
};

export const unquoted = (etag: string): string => etag.replaceAll('"', '');

export type ReadVersionsOptions = { prefix: string; after?: string | undefined; pageSize: number };

/**
 * Keys with their uploads, in the order of the keys' UTF-8 bytes. All that the driver says about objects is read here: the only call that
 * names uploads in the order in which they were stored, and tells a deletion from an absence in one answer.
 */
export async function* readVersions(
  { open, bucketName, name }: { open: OpenS3; bucketName: string; name: string },
  { prefix, after, pageSize }: ReadVersionsOptions,
): AsyncGenerator<KeyVersions> {
  const { sdk, client } = await open();
  const behind = after === undefined ? undefined : Buffer.from(after);
  let gathered: Entry[] = [];
  let marker: Page['next'] = after === undefined ? undefined : { KeyMarker: after };
  do {
    const input = { Bucket: bucketName, Prefix: prefix, MaxKeys: pageSize, EncodingType: 'url', ...marker } as const;
    const output = await calling({ operation: 's3.ListObjectVersions', resource: name }, () =>
      client.send(new sdk.ListObjectVersionsCommand(input)).catch((error: unknown) => {
        throw cutOff(error, name) ?? error;
      }),
    );
    const { entries, next } = toPage(output);
    for (const entry of entries) {
      // The documentation does not say whether a page begins at its marker or behind it.
      if (behind !== undefined && Buffer.compare(Buffer.from(entry.key), behind) <= 0) continue;
      if (gathered[0] !== undefined && gathered[0].key !== entry.key) {
        yield toKeyVersions(gathered);
        gathered = [];
      }
      gathered.push(entry);
    }
    marker = next;
  } while (marker !== undefined);
  if (gathered.length > 0) yield toKeyVersions(gathered);
}
