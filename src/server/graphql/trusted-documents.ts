import { readFile } from 'node:fs/promises';
import { GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { z } from 'zod';
import { StartError } from '../../platform/process/start-error.ts';

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
 * The documents that may be executed, by id; null when any may.
 * @throws StartError when the file cannot be used: better no gateway than one whose clients are all refused
 */
export async function loadTrustedDocuments(
  path: string | undefined,
  schema: GraphQLSchema,
): Promise<ReadonlyMap<string, string> | null> {
  if (path === undefined) return null;
  const documents = new Map<string, string>();
  for (const [documentId, text] of parseFile(await readText(path))) {
    const problem = documents.has(documentId) ? 'is there twice' : problemOf(text, schema);
    if (problem !== null) throw unusable(`the document ${JSON.stringify(documentId)} ${problem}`);
    documents.set(documentId, text);
  }
  if (documents.size === 0) throw unusable('it has no documents');
  return documents;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw unusable(`it cannot be read (${code})`, cause);
  }
}

function parseFile(text: string): readonly (readonly [string, string])[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unusable('it is not JSON');
  }
  const parsed = fileSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw unusable('it is neither {"id": "document"} nor an Apollo persisted query manifest of version 1');
}

function problemOf(text: string, schema: GraphQLSchema): string | null {
  try {
    return validate(schema, parse(text)).length === 0 ? null : 'does not fit the schema';
  } catch (error) {
    if (error instanceof GraphQLError) return 'is not GraphQL';
    throw error;
  }
}

function unusable(problem: string, cause?: unknown): StartError {
  return new StartError(`The file of GATEHOUSE_TRUSTED_DOCUMENTS cannot be used: ${problem}.`, { cause });
}
