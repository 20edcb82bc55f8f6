import type { ExportedEventFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { csvLine } from './csv.ts';

export const EXPORTED_EVENT = graphql(/* GraphQL */ `
  fragment ExportedEvent on AuditEvent {
    id
    sequence
    at
    action
    outcome
    actor {
      kind
      name
      application {
        id
        name
      }
      apiKey {
        id
        name
      }
    }
    application {
      id
      name
    }
    user {
      id
      externalId
    }
    session @include(if: $withSessions) {
      id
    }
    requestId
    ipAddress
    userAgent
    detail
  }
`);

export type Format = 'csv' | 'ndjson';
type Cell = string | number | null;

const columns: readonly (readonly [string, (event: ExportedEventFragment) => Cell])[] = [
  ['sequence', ({ sequence }) => sequence],
  ['at', ({ at }) => at],
  ['action', ({ action }) => action],
  ['outcome', ({ outcome }) => outcome],
  ['actorKind', ({ actor }) => actor.kind],
  ['actorName', ({ actor }) => actor.name],
  ['actorApplication', ({ actor }) => actor.application?.name ?? null],
  ['actorApiKey', ({ actor }) => actor.apiKey?.name ?? null],
  ['application', ({ application }) => application?.name ?? null],
  ['externalUserId', ({ user }) => user?.externalId ?? null],
  ['userId', ({ user }) => user?.id ?? null],
  ['sessionId', ({ session }) => session?.id ?? null],
  ['requestId', ({ requestId }) => requestId],
  ['ipAddress', ({ ipAddress }) => ipAddress],
  ['userAgent', ({ userAgent }) => userAgent],
  ['detail', ({ detail }) => JSON.stringify(detail)],
  ['id', ({ id }) => id],
];

/** What a file of that format begins with. */
export function fileHead(format: Format): string {
  return format === 'csv' ? csvLine(columns.map(([name]) => name)) : '';
}

/** An event as a line of a file. */
export function fileLine(format: Format, event: ExportedEventFragment): string {
  return format === 'csv'
    ? csvLine(columns.map(([, read]) => read(event)))
    : `${JSON.stringify(event, withoutTypename)}\n`;
}

/** The client adds it to every selection, and nobody asked for it. */
function withoutTypename(key: string, value: unknown): unknown {
  return key === '__typename' ? undefined : value;
}
