import type { OverviewHealthQuery } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';

export const OVERVIEW_HEALTH = graphql(/* GraphQL */ `
  query OverviewHealth {
    gateway {
      version
      startedAt
      providers {
        name
        isDefault
        isSandbox
        circuitOpen
      }
      trail {
        sealedEvents
        unsealedEvents
        lastSealedAt
      }
    }
  }
`);

export type OverviewHealth = OverviewHealthQuery['gateway'];
