import {
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type SelectionNode,
  type ValidationContext,
} from 'graphql';
import type { QueryLimits } from './options.ts';

/** How large a query is with all fragments spread out. */
type Size = { depth: number; fields: number; aliases: number };

const NOTHING: Size = { depth: 0, fields: 0, aliases: 0 };

/**
 * A validation rule that measures each operation before anything of it runs. Fragments are measured once and counted at every spread, so that a
 * small text that unfolds into millions of fields costs nothing to refuse.
 */
export const createLimitRule = (limits: QueryLimits) =>
  function QueryLimitRule(context: ValidationContext): ASTVisitor {
    return {
      Document(document) {
        for (const message of exceeded(document, limits)) {
          context.reportError(new GraphQLError(message, { extensions: { errorType: 'QueryLimitExceeded' } }));
        }
      },
    };
  };

const exceeded = (document: DocumentNode, limits: QueryLimits): string[] => {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  const measure = createMeasure(fragments);
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION);
  return operations.flatMap(({ selectionSet }) => {
    const { depth, fields, aliases } = measure(selectionSet.selections);
    return [
      ...(depth > limits.maxDepth ? [`The query is deeper than ${limits.maxDepth} levels.`] : []),
      ...(fields > limits.maxFields ? [`The query asks for more than ${limits.maxFields} fields.`] : []),
      ...(aliases > limits.maxAliases ? [`The query has more than ${limits.maxAliases} aliases.`] : []),
    ];
  });
};

const createMeasure = (fragments: ReadonlyMap<string, FragmentDefinitionNode>) => {
  const measured = new Map<string, Size>();

  const measureFragment = (name: string): Size => {
    const known = measured.get(name);
    if (known !== undefined) return known;
    // Found again while it is being measured, a fragment is part of a cycle, which another rule reports.
    measured.set(name, NOTHING);
    const size = measureAll(fragments.get(name)?.selectionSet.selections ?? []);
    measured.set(name, size);
    return size;
  };

  const measureOne = (selection: SelectionNode): Size => {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return measureFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measureAll(selection.selectionSet.selections);
    // Introspection has its own limit in GraphQL's rules, and its usual query is deeper than any query for data.
    const inner = selection.name.value.startsWith('__')
      ? NOTHING
      : measureAll(selection.selectionSet?.selections ?? []);
    const alias = selection.alias === undefined ? 0 : 1;
    return { depth: inner.depth + 1, fields: inner.fields + 1, aliases: inner.aliases + alias };
  };

  const measureAll = (selections: readonly SelectionNode[]): Size =>
    selections.map(measureOne).reduce(
      (sum, size) => ({
        depth: Math.max(sum.depth, size.depth),
        fields: sum.fields + size.fields,
        aliases: sum.aliases + size.aliases,
      }),
      NOTHING,
    );

  return measureAll;
};
