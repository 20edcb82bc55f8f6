import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { z } from 'zod';

const idSchema = z.object({
  documentId: z.string().nullish(),
  extensions: z.object({ persistedQuery: z.object({ sha256Hash: z.string() }).optional() }).nullish(),
});

const refusal = () =>
  new GraphQLError('Not a registered document', {
    extensions: { code: 'DOCUMENT_NOT_TRUSTED', http: { status: 400 } },
  });

/** Executes registered documents, and refuses everything else before it is parsed. */
export function onlyTrustedDocuments(documents: ReadonlyMap<string, string>): Plugin {
  return usePersistedOperations({
    allowArbitraryOperations: false,
    extractPersistedOperationId: (params) => documentIdOf(params),
    getPersistedOperation: (id) => documents.get(id) ?? null,
    customErrors: { notFound: refusal, keyNotFound: refusal, persistedQueryOnly: refusal },
  });
}

/** The id of a document as Apollo sends it (extensions) or as GraphQL over HTTP has it (documentId); null if they differ. */
function documentIdOf(params: GraphQLParams): string | null {
  const parsed = idSchema.safeParse(params);
  if (!parsed.success) return null;
  const sent = [parsed.data.documentId, parsed.data.extensions?.persistedQuery?.sha256Hash];
  const ids = new Set(sent.filter((id) => id != null));
  return ids.size === 1 ? ([...ids][0] ?? null) : null;
}
