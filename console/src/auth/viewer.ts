import { createContext, useContext } from 'react';
import type { Scope, ViewerQuery } from '../gql/graphql.ts';
import { graphql } from '../gql/index.ts';

export const VIEWER = graphql(/* GraphQL */ `
  query Viewer {
    viewer {
      kind
      name
      reach
      scopes
      application {
        id
        name
      }
      user {
        id
        externalId
      }
    }
  }
`);

export type Viewer = ViewerQuery['viewer'];

export const ViewerContext = createContext<Viewer | null>(null);

/** Who is signed in: kind, reach and scopes. Pages are only shown to somebody who is. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext);
  if (viewer === null) throw new Error('Nobody is signed in.');
  return viewer;
}

export function useHasScope(scope: Scope): boolean {
  return useViewer().scopes.includes(scope);
}
