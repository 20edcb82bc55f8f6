import { shellCaller } from '../authorization/shell-actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import type { Context } from '../graphql/context.ts';
import type { Database } from '../platform/database/database.ts';
import { unbounded } from '../platform/database/database-shares.ts';
import { isJsonObject, type JsonObject } from '../platform/validation/json.ts';
import { createReader } from '../reader.db.ts';

/** Asks a document and returns its data. @throws what a resolver threw */
export type Ask = (document: string, variables?: Readonly<Record<string, unknown>>) => Promise<JsonObject>;

/** What documents need of the context beside the caller and its reader. Each command hands in what its documents use. */
type Nouns = {
  readonly [Noun in 'applications' | 'limits' | 'sessions' | 'users']?: Partial<Context[Noun]>;
};

/**
 * Asks the gateway's own schema as an operator at a shell. So a command sees, changes and audits as the API does, and its
 * JSON has the API's names.
 * @param command as the audit trail names it, e.g. "session revoke"
 */
export async function askAsShell(command: string, database: Database, nouns: Nouns = {}): Promise<Ask> {
  // Loaded here, so that help and commands that do not ask need not wait for it.
  const [{ graphql }, { schema }] = await Promise.all([import('graphql'), import('../graphql/schema.ts')]);
  const { actor, origin } = shellCaller(command);
  const createShellReader = () => createReader(database, visibilityOf(actor));
  return async (source, variableValues = {}) => {
    const contextValue = {
      actor,
      origin,
      reader: createShellReader(),
      shares: unbounded(database.pool),
      createReader: createShellReader,
      log: { operation: command, outcome: 'OK', actor, streamed: false },
      ...nouns,
    };
    const { data, errors = [] } = await graphql({ schema, source, variableValues, contextValue });
    const [error] = errors;
    if (error !== undefined) throw error.originalError ?? error;
    if (!isJsonObject(data)) throw new Error('The schema answered without data');
    return data;
  };
}
