import type { QueryExecution, ResultSet } from '@aws-sdk/client-athena';
import { assertOptions } from '@verifiedfan/driver';
import { PortError } from '@verifiedfan/ports';
import { type AwsConnection, sdkClient, sdkConfiguration } from '../sdk/connection.ts';
import { calling } from '../sdk/errors.ts';
import { lazily } from './lazily.ts';

export type AthenaQuery = {
  QueryString: string;
  /** Values for the `?` of the query, as SQL literals: `'2026'` with its quotes for a text. */
  ExecutionParameters?: string[] | undefined;
  Database?: string | undefined;
  /** @default the account's primary one */
  WorkGroup?: string | undefined;
  /** `s3://bucket/prefix/`. @default the work group's */
  OutputLocation?: string | undefined;
};

/** A row by the names of its columns. Athena sends every value as text; null is SQL's. Of two columns of one name the last stays. */
export type AthenaRow = Record<string, string | null>;

export type AthenaClient = {
  /** Starts a query; answers its id. */
  start(query: AthenaQuery): Promise<string>;
  /**
   * Resolves when the query has ended well. A failed one throws `unavailable` when Athena says that it may be repeated and `validation`
   * otherwise, a cancelled one `closed`. When the signal aborts, the query is stopped and this throws `closed`.
   */
  wait(queryId: string, options?: { signal?: AbortSignal | undefined }): Promise<void>;
  /** The rows of a query that has ended, page by page as they are asked for. */
  results(queryId: string): AsyncGenerator<AthenaRow, void>;
};

/** Most rows in a page, the heading included. */
const MOST_ROWS = 1_000;
const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 4_000;

const failed = ({ Status, StatementType }: QueryExecution): PortError => {
  const { AthenaError: about, StateChangeReason } = Status ?? {};
  const kind = about === undefined ? '' : ` (category ${about.ErrorCategory}, type ${about.ErrorType})`;
  return new PortError({
    code: about?.Retryable === true ? 'unavailable' : 'validation',
    message: `the ${StatementType ?? 'SQL'} query failed${kind}`,
    // Athena's text quotes the query, and values.
    cause: new Error(StateChangeReason ?? 'Athena gave no reason'),
  });
};

const cancelled = (): PortError => new PortError({ code: 'closed', message: 'the query was cancelled' });

const columnsOf = ({ ResultSetMetadata }: ResultSet): string[] =>
  (ResultSetMetadata?.ColumnInfo ?? []).map(({ Name }) => Name ?? '');

function* rowsOf(set: ResultSet, { isFirst }: { isFirst: boolean }): Generator<AthenaRow> {
  const columns = columnsOf(set);
  const rows = (set.Rows ?? []).map(({ Data = [] }) => columns.map((_, index) => Data[index]?.VarCharValue ?? null));
  // The first row of a SELECT is its heading; statements such as SHOW have none.
  const hasHeading = isFirst && rows[0] !== undefined && columns.every((column, index) => rows[0]?.[index] === column);
  for (const row of hasHeading ? rows.slice(1) : rows) {
    yield Object.fromEntries(columns.map((column, index) => [column, row[index] ?? null]));
  }
}

/** SQL over files in S3. */
export const Athena = (options: { connection: AwsConnection }): AthenaClient => {
  assertOptions(options, ['connection']);
  const { connection } = options;
  const { clock, random } = connection;
  const open = lazily(async () => {
    const sdk = await import('@aws-sdk/client-athena');
    const client = new sdk.AthenaClient(sdkConfiguration(connection));
    return { sdk, client: sdkClient(client, { name: 'athena', connection }) };
  });

  const stop = async (QueryExecutionId: string): Promise<never> => {
    const { sdk, client } = await open();
    await calling({ operation: 'athena.StopQueryExecution' }, () =>
      client.send(new sdk.StopQueryExecutionCommand({ QueryExecutionId })),
    );
    throw cancelled();
  };

  return {
    async start({ QueryString, ExecutionParameters, Database, WorkGroup, OutputLocation }) {
      const { QueryExecutionId = '' } = await calling({ operation: 'athena.StartQueryExecution' }, async () => {
        const { sdk, client } = await open();
        const input = {
          QueryString,
          ExecutionParameters,
          WorkGroup,
          // Repeated with the request, so that an answer that was lost does not start the query twice.
          ClientRequestToken: random.uuid(),
          QueryExecutionContext: Database === undefined ? undefined : { Database },
          ResultConfiguration: OutputLocation === undefined ? undefined : { OutputLocation },
        };
        return client.send(new sdk.StartQueryExecutionCommand(input));
      });
      return QueryExecutionId;
    },
    async wait(QueryExecutionId, { signal } = {}) {
      const { sdk, client } = await open();
      for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
        if (signal?.aborted) await stop(QueryExecutionId);
        const { QueryExecution: execution = {} } = await calling({ operation: 'athena.GetQueryExecution' }, () =>
          client.send(new sdk.GetQueryExecutionCommand({ QueryExecutionId })),
        );
        const state = execution.Status?.State;
        if (state === 'SUCCEEDED') return;
        if (state === 'FAILED') throw failed(execution);
        if (state === 'CANCELLED') throw cancelled();
        await clock.sleep(waitMs, signal);
      }
    },
    async *results(QueryExecutionId) {
      const { sdk, client } = await open();
      let NextToken: string | undefined;
      let isFirst = true;
      do {
        const input = { QueryExecutionId, MaxResults: MOST_ROWS, NextToken };
        const page = await calling({ operation: 'athena.GetQueryResults' }, () =>
          client.send(new sdk.GetQueryResultsCommand(input)),
        );
        yield* rowsOf(page.ResultSet ?? {}, { isFirst });
        isFirst = false;
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
    },
  };
};
