import { useMemo } from 'react';
import { useRequest } from '../../api/use-request.ts';
import { useHasScope } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';
import type { LookUp } from './look-up-field.tsx';

const FIND_USER = graphql(/* GraphQL */ `
  query AuditFindUser($externalId: String, $id: ID) {
    user(externalId: $externalId, id: $id) {
      id
      externalId
    }
  }
`);

const FIND_SESSION = graphql(/* GraphQL */ `
  query AuditFindSession($upstreamSessionId: String!) {
    realtimeSessions(filter: { upstreamSessionId: $upstreamSessionId }, first: 1) {
      nodes {
        id
      }
    }
  }
`);

/** How users are found by what the applications call them. Without USERS_READ only ids can be given. */
export function useFindUser(): LookUp {
  const request = useRequest();
  const allowed = useHasScope('USERS_READ');
  return useMemo(
    () =>
      allowed
        ? {
            find: async (text) => {
              if (isIdOf('User', text)) return text;
              return (await request(FIND_USER, { externalId: text })).data?.user?.id ?? null;
            },
            nameOf: async (id) => (await request(FIND_USER, { id })).data?.user?.externalId ?? null,
          }
        : {},
    [request, allowed],
  );
}

/** How sessions are found by the provider's identifier. Without SESSIONS_READ only ids can be given. */
export function useFindSession(): LookUp {
  const request = useRequest();
  const allowed = useHasScope('SESSIONS_READ');
  return useMemo(
    () =>
      allowed
        ? {
            find: async (text) => {
              if (isIdOf('RealtimeSession', text)) return text;
              const { data } = await request(FIND_SESSION, { upstreamSessionId: text });
              return data?.realtimeSessions.nodes[0]?.id ?? null;
            },
          }
        : {},
    [request, allowed],
  );
}

/** Ids are opaque; this only decides whether a text is asked for as one. */
function isIdOf(typename: string, text: string): boolean {
  return text.startsWith(btoa(`${typename}:`).slice(0, -4)) && text.length > 40;
}
