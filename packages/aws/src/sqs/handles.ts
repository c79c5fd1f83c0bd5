import {
  ChangeMessageVisibilityBatchCommand,
  type ChangeMessageVisibilityBatchCommandOutput,
  DeleteMessageBatchCommand,
  type DeleteMessageBatchCommandOutput,
} from '@aws-sdk/client-sqs';
import { assertWhole } from '@verifiedfan/driver';
import { PortError, type Queue } from '@verifiedfan/ports';
import { createEntryCall, type EntryOptions } from './entries.ts';
import { MAX_VISIBILITY_SECONDS } from './receive.ts';

type Entry = { id: string; item: string };

/** What is done with received messages: by handle, ten in a request, each answered in its place. */
export const createHandles = (options: EntryOptions): Pick<Queue, 'deleteMany' | 'changeVisibility'> => {
  const { sqs } = options;
  const measureDone = ({ Successful = [] }: { Successful?: unknown[] | undefined }) => ({
    messages: Successful.length,
    bytes: 0,
  });

  /** A missing handle would be refused with its whole batch. */
  const withoutEmpty = async <Result extends object>(
    handles: readonly string[],
    call: (present: string[]) => Promise<(Result | { error: Error })[]>,
  ): Promise<(Result | { error: Error })[]> => {
    const isPresent = (handle: unknown): boolean => typeof handle === 'string' && handle !== '';
    const outcomes = await call(handles.filter(isPresent));
    let next = 0;
    return handles.map((handle) => (isPresent(handle) ? outcomes[next++] : undefined) ?? { error: noHandle(sqs.name) });
  };

  const deleteAll = createEntryCall<string, { Id?: string | undefined }, { deleted: true }>(
    {
      operation: 'DeleteMessageBatch',
      send: (entries) =>
        sqs.call<DeleteMessageBatchCommandOutput>({
          operation: 'DeleteMessageBatch',
          send: (sdk, QueueUrl) => sdk.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: entries.map(toEntry) })),
          measure: measureDone,
        }),
      toResult: () => ({ deleted: true }),
    },
    options,
  );

  const hideAll = (seconds: number) =>
    createEntryCall<string, { Id?: string | undefined }, { changed: true }>(
      {
        operation: 'ChangeMessageVisibilityBatch',
        send: (entries) => {
          const Entries = entries.map((entry) => ({ ...toEntry(entry), VisibilityTimeout: seconds }));
          return sqs.call<ChangeMessageVisibilityBatchCommandOutput>({
            operation: 'ChangeMessageVisibilityBatch',
            send: (sdk, QueueUrl) => sdk.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries })),
            measure: measureDone,
          });
        },
        toResult: () => ({ changed: true }),
      },
      options,
    );

  return {
    deleteMany: (handles) => withoutEmpty(handles, deleteAll),
    async changeVisibility(handles, seconds) {
      assertWhole('visibilitySeconds', seconds, 0, MAX_VISIBILITY_SECONDS);
      return withoutEmpty(handles, hideAll(seconds));
    },
  };
};

const toEntry = ({ id, item }: Entry) => ({ Id: id, ReceiptHandle: item });

const noHandle = (resource: string): PortError =>
  new PortError({ code: 'validation', message: 'this is not a receipt handle', resource });
