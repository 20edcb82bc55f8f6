import { usePersistedOperations } from '@graphql-yoga/plugin-persisted-operations';
import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import { z } from 'zod';
import type { DOCUMENT_ID_KEYS } from './check-parameters.ts';

const id = z.string().nullish();
const idSchema = z.object({
  ...({ documentId: id, id, doc_id: id } satisfies Record<(typeof DOCUMENT_ID_KEYS)[number], typeof id>),
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

/**
 * The id of a document as Apollo sends it (extensions), as GraphQL over HTTP has it (documentId), or as networks of Relay do
 * (id, doc_id); null if they differ.
 */
function documentIdOf(params: GraphQLParams): string | null {
  const parsed = idSchema.safeParse(params);
  if (!parsed.success) return null;
  const { extensions, documentId, id, doc_id } = parsed.data;
  const sent = [extensions?.persistedQuery?.sha256Hash, documentId, id, doc_id];
  const ids = new Set(sent.filter((id) => id != null));
  return ids.size === 1 ? ([...ids][0] ?? null) : null;
}
