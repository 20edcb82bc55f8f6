import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { readJsonFile, unusableFile } from '../../platform/process/read-json-file.ts';

const SUBJECT = 'The file of GATEHOUSE_TRUSTED_DOCUMENTS';

const id = z.string().min(1).max(256);
const body = z.string().min(1);

/** Apollo's persisted query manifest, or a map as relay-compiler and graphql-codegen write it. */
const fileSchema = z.union([
  z
    .object({
      format: z.literal('apollo-persisted-query-manifest'),
      version: z.literal(1),
      operations: z.array(z.object({ id, body })),
    })
    .transform(({ operations }) => operations.map((operation) => [operation.id, operation.body] as const)),
  z.record(id, body).transform((documents) => Object.entries(documents)),
]);

/**
 * Loads the documents that may be executed, by id; null when any document may.
 * @throws StartError when the file cannot be used: a gateway that refuses all its clients should not start
 */
export async function loadTrustedDocuments(
  path: string | undefined,
  schema: GraphQLSchema,
): Promise<ReadonlyMap<string, string> | null> {
  if (path === undefined) return null;
  const documents = new Map<string, string>();
  const parsed = fileSchema.safeParse(await readJsonFile(path, SUBJECT));
  if (!parsed.success) {
    throw unusableFile(
      SUBJECT,
      'it is neither {"id": "document"} nor an Apollo persisted query manifest of version 1',
    );
  }
  for (const [documentId, text] of parsed.data) {
    const problem = documents.has(documentId) ? 'is there twice' : problemOf(text, schema);
    if (problem !== null)
      throw unusableFile(SUBJECT, `the document ${JSON.stringify(documentId)} ${problem}`);
    documents.set(documentId, text);
  }
  if (documents.size === 0) throw unusableFile(SUBJECT, 'it has no documents');
  return documents;
}

function problemOf(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text)).length === 0 ? null : 'does not fit the schema';
  } catch (error) {
    if (error instanceof GraphQLError) return 'is not GraphQL';
    throw error;
  }
}
