import type { JsonValue } from '@verifiedfan/ports';
import type { BatchWorkerDefinition, HandleContext, RequestWorkerDefinition, Worker } from './definition.ts';
import { checkDefinition } from './definition-rules.ts';
import { WorkerError } from './errors.ts';
import type { WorkerRecord } from './record.ts';
import type { Source } from './source.ts';

/**
 * Defines an event worker; throws `invalid_worker` for a definition that contradicts itself. The same definition is a Lambda handler (`createHandler`) and a local consumer. A batch worker has `handle`
 * and answers with counters; a worker behind AppSync has `answer` and answers with its value.
 */
export function defineWorker<Data, Services>(definition: BatchWorkerDefinition<Data, Services>): Worker;
export function defineWorker<Data, Services>(definition: RequestWorkerDefinition<Data, Services>): Worker;
export function defineWorker<Data, Services>(
  definition: BatchWorkerDefinition<Data, Services> | RequestWorkerDefinition<Data, Services>,
): Worker {
  const sources = (Array.isArray(definition.source) ? definition.source : [definition.source]) as readonly Source[];
  checkDefinition(definition, sources);
  const { purpose, flag, reads, writes, requeues = [], deletes = [], secrets = [], calls = [] } = definition;
  const worker: Worker = {
    purpose,
    flag,
    sources,
    reads,
    writes,
    requeues,
    deletes,
    secrets,
    calls,
    middlewares: definition.middlewares ?? [],
    services: (kit) => definition.services(kit),
    // The one place where the types of a worker's own data and services are forgotten; the runtimes pass back what they were given.
    handle: ('answer' in definition ? answerOne(definition) : definition.handle.bind(definition)) as Worker['handle'],
  };
  if ('redrivePart' in definition && definition.redrivePart !== undefined) {
    worker.redrivePart = definition.redrivePart.bind(definition) as NonNullable<Worker['redrivePart']>;
  }
  return worker;
}

const answerOne =
  <Data, Services>(definition: RequestWorkerDefinition<Data, Services>) =>
  (records: readonly WorkerRecord<Data>[], context: HandleContext<Services>): Promise<JsonValue> => {
    const [request] = records;
    if (request === undefined) throw new WorkerError('foreign_event', 'A request worker needs exactly one request');
    return definition.answer(request, context);
  };
