import type { TextRow } from '../platform/database/text-row.ts';
import type { Context } from './context.ts';
import type { WriteBytes } from './json-bytes.ts';

/**
 * How a field is written from rows of text, without being executed. A document with a field that does not say is executed as
 * usual (server/listings). The type of the field says how its text is written as JSON.
 */
export type DeclaredText =
  /** A column of the row, and how its text is written where the type does not say so. */
  | { readonly column: string; readonly write?: WriteBytes }
  /** An object out of the same row: the columns that its fields name, and which ones these are here. Null when `nullWith` is. */
  | { readonly columns: Readonly<Record<string, string>>; readonly nullWith?: string }
  /** A property of the connection, which is made when it is selected. */
  | { readonly property: string };

/** A page of rows of text. */
export type TextConnection = {
  readonly rows: readonly TextRow[];
  readonly cursorOf: (row: TextRow) => string;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
};

/** What a document selects of a listing: columns besides the id, and properties of the connection. */
export type SelectedTexts = { readonly columns: readonly string[]; readonly properties: ReadonlySet<string> };

/** A connection that can be read as rows of text, each of which begins with the id. */
export type DeclaredListing = {
  readonly hasColumn: (name: string) => boolean;
  /**
   * A method, so that each field can say what its arguments are: GraphQL has coerced them.
   * @returns null when the field must be executed
   * @throws as the resolver of the field does
   */
  read(
    args: Readonly<Record<string, unknown>>,
    context: Context,
    selected: SelectedTexts,
  ): Promise<TextConnection | null>;
};

declare module 'graphql' {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    readonly text?: DeclaredText;
    readonly listing?: DeclaredListing;
  }
  interface GraphQLScalarTypeExtensions {
    /** Writes a value out of PostgreSQL's text of it. When it throws, the field is executed. */
    readonly writeBytes?: WriteBytes;
  }
}

/** The `extensions` of fields that are columns of a noun: `column('createdAt')`. */
export function columnsOf<Column extends string>() {
  return (column: Column, write?: WriteBytes): { readonly text: DeclaredText } => ({
    text: write === undefined ? { column } : { column, write },
  });
}
