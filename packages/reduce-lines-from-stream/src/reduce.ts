import { checkLineOptions, type LineOptions, lineGroups } from './lines.ts';

/**
 * Folds the lines of a stream into one value: `reducer` gets the value so far, a line without its line end, and its number from 1.
 * A reducer that answers with a promise is awaited before the next line, which holds the stream back. Rules of lines and errors are
 * those of `linesFromStream`; an error of the reducer closes the stream and is thrown as it is. A stream without lines gives `initial`.
 */
export const reduceLinesFromStream = async <Value>(
  stream: AsyncIterable<Uint8Array | string>,
  reducer: (value: Value, line: string, lineNumber: number) => Value | Promise<Value>,
  initial: Value,
  options: LineOptions = {},
): Promise<Value> => {
  checkLineOptions('reduceLinesFromStream', options);
  let value = initial;
  let lineNumber = 0;
  for await (const lines of lineGroups(stream, options)) {
    for (const line of lines) {
      const next = reducer(value, line, ++lineNumber);
      // An await for each line of a large file would cost more than the reading.
      value = next instanceof Promise ? await next : next;
    }
  }
  return value;
};
