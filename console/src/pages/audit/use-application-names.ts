import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';

const NAMES = graphql(/* GraphQL */ `
  query AuditApplications {
    applications {
      id
      name
    }
  }
`);

/** All applications by name; undefined while they are not there, and for callers who may not list them. */
export function useApplicationNames() {
  const { reach } = useViewer();
  return useApiQuery(NAMES, {}, { pause: reach !== 'EVERYTHING', policy: 'cache-first' }).data?.applications;
}
