export {
  FlattenError,
  type FlattenOptions,
  FlattenTransformStream,
  FlattenTransformStream as default,
  flattenTransformStream,
} from './flatten-transform-stream.ts';
