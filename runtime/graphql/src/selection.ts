import {
  type FieldNode,
  type GraphQLResolveInfo,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

type Scope = Pick<GraphQLResolveInfo, 'fragments' | 'operation'> & { variables: Readonly<Record<string, unknown>> };

/** What a query wants of a field, in the two forms that AppSync gives to resolvers; both empty for a field without sub-fields. */
export const describeSelection = (info: GraphQLResolveInfo, variables: Readonly<Record<string, unknown>>) => {
  const selections = selectionsOf(info.fieldNodes);
  const scope = { fragments: info.fragments, operation: info.operation, variables };
  return {
    selectionSetList: [...new Set(listPaths(selections, '', scope))],
    // Fragments stay as they were written, as in AppSync.
    selectionSetGraphQL:
      selections.length === 0 ? '' : print({ kind: Kind.SELECTION_SET, selections } as SelectionSetNode),
  };
};

const selectionsOf = (nodes: readonly FieldNode[]): SelectionNode[] =>
  nodes.flatMap(({ selectionSet }) => [...(selectionSet?.selections ?? [])]);

/** Paths with `/` between the levels. An aliased field appears under its alias alone, and fragments appear as their fields. */
const listPaths = (selections: readonly SelectionNode[], parent: string, scope: Scope): string[] =>
  selections
    .filter((selection) => isIncluded(selection, scope))
    .flatMap((selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        return listPaths(scope.fragments[selection.name.value]?.selectionSet.selections ?? [], parent, scope);
      }
      if (selection.kind === Kind.INLINE_FRAGMENT) return listPaths(selection.selectionSet.selections, parent, scope);
      const path = `${parent}${(selection.alias ?? selection.name).value}`;
      return [path, ...listPaths(selection.selectionSet?.selections ?? [], `${path}/`, scope)];
    });

/** Whether `@skip` and `@include` leave the selection in. */
const isIncluded = ({ directives = [] }: SelectionNode, scope: Scope): boolean =>
  directives.every(({ name, arguments: given = [] }) => {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const condition = given.find((argument) => argument.name.value === 'if')?.value;
    const value = condition?.kind === Kind.VARIABLE ? variable(condition.name.value, scope) : readBoolean(condition);
    return name.value === 'skip' ? !value : value;
  });

const readBoolean = (node: { kind: string; value?: unknown } | undefined): boolean =>
  node?.kind === Kind.BOOLEAN && node.value === true;

const variable = (name: string, { operation, variables }: Scope): boolean => {
  if (Object.hasOwn(variables, name)) return variables[name] === true;
  const definition = operation.variableDefinitions?.find((each) => each.variable.name.value === name);
  return readBoolean(definition?.defaultValue);
};
