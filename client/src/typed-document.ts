/**
 * The text of an operation, with the types of its answer and of its variables, which only the compiler sees. The strings
 * that GraphQL Code Generator makes with `documentMode: 'string'` are of this type, too.
 */
export type TypedDocument<Data, Variables> = {
  toString(): string;
  __apiType?: (variables: Variables) => Data;
};

export function typed<Data, Variables>(text: string): TypedDocument<Data, Variables> {
  return text as TypedDocument<Data, Variables>;
}
