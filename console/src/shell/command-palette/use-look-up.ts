import { useEffect, useState } from 'react';
import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';
import { readReference } from './reference.ts';

const LOOK_UP = graphql(/* GraphQL */ `
  query PaletteLookUp(
    $text: String!
    $id: ID!
    $byId: Boolean!
    $byUpstreamId: Boolean!
    $byUser: Boolean!
  ) {
    realtimeSession(id: $id) @include(if: $byId) {
      id
      status
      user {
        externalId
      }
    }
    realtimeSessions(filter: { upstreamSessionId: $text }, first: 1) @include(if: $byUpstreamId) {
      nodes {
        id
        status
        user {
          externalId
        }
      }
    }
    users(filter: { externalIdPrefix: $text }, first: 5) @include(if: $byUser) {
      nodes {
        id
        externalId
        suspendedAt
      }
    }
  }
`);

const DELAY_MS = 150;

export type FoundSession = { readonly id: string; readonly name: string; readonly hint: string };
export type FoundUser = { readonly id: string; readonly name: string; readonly hint: string };

/** Looks up the sessions and users that a text names, a moment after the last change of it. */
export function useLookUp(typed: string) {
  const { scopes, kind } = useViewer();
  const text = useSettled(typed.trim());
  const reference = readReference(text);
  const byId = reference?.kind === 'session' && (scopes.includes('SESSIONS_READ') || kind === 'USER');
  const mayBeName = text !== '' && text.length <= 256 && reference === null;
  const byUpstreamId = mayBeName && text.length >= 8 && scopes.includes('SESSIONS_READ');
  const byUser = mayBeName && scopes.includes('USERS_READ');
  const asked = byId || byUpstreamId || byUser;
  const { data, error, loading } = useApiQuery(
    LOOK_UP,
    { text, id: reference?.id ?? '', byId, byUpstreamId, byUser },
    { pause: !asked },
  );
  const sessions = [data?.realtimeSession, ...(data?.realtimeSessions?.nodes ?? [])].flatMap(
    (session): FoundSession[] =>
      session == null
        ? []
        : [
            {
              id: session.id,
              name: `Session of ${session.user.externalId ?? 'an erased user'}`,
              hint: session.status.toLowerCase(),
            },
          ],
  );
  const users = (data?.users?.nodes ?? []).map(
    ({ id, externalId, suspendedAt }): FoundUser => ({
      id,
      name: externalId ?? 'erased user',
      hint: suspendedAt === null ? '' : 'suspended',
    }),
  );
  // While an answer for another text is all there is, there is none.
  const current = asked && text === typed.trim() && !loading;
  return {
    sessions: current ? sessions : [],
    users: current ? users : [],
    error: asked ? error : undefined,
    loading: (asked && loading) || text !== typed.trim(),
  };
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), DELAY_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
