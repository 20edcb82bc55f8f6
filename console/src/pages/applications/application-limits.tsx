import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer, type Viewer } from '../../auth/viewer.ts';
import { graphql, readFragment } from '../../gql/index.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { PolicyEditor } from '../user/policy-editor.tsx';
import { APPLICATION_POLICY, applicationLayers, DEFAULT_POLICY } from '../user/policy-layers.ts';
import { applicationConsequence } from './application-consequences.ts';

const LIMITS = graphql(/* GraphQL */ `
  query ApplicationLimits($readOverrides: Boolean!) {
    applications {
      id
      ...ApplicationPolicy
    }
    gateway {
      ...DefaultPolicy
    }
  }
`);

const MAY_NOT_EDIT =
  'Setting the limits of an application needs the scope POLICIES_WRITE and reach EVERYTHING.';

/** Whether a caller may see what limits are set for an application. */
export function maySeeLimits({ reach, scopes }: Viewer): boolean {
  return (
    reach === 'EVERYTHING' && (scopes.includes('POLICIES_WRITE') || scopes.includes('APPLICATIONS_WRITE'))
  );
}

/** The limits that apply to each user of an application. @param id null: none is shown */
export function ApplicationLimits({
  id,
  onClose,
}: {
  readonly id: string | null;
  readonly onClose: () => void;
}) {
  const viewer = useViewer();
  const { data, error, loading, reload } = useApiQuery(
    LIMITS,
    { readOverrides: true },
    { pause: id === null || !maySeeLimits(viewer) },
  );
  const application = data?.applications.find((each) => each.id === id);
  const policy = readFragment(APPLICATION_POLICY, application);
  const gateway = readFragment(DEFAULT_POLICY, data?.gateway);
  const layers = application && data ? applicationLayers(application, data.gateway) : null;
  return (
    <Dialog
      open={id !== null}
      onClose={onClose}
      wide
      title={policy === undefined ? 'Limits of an application' : `Limits of ${policy.name}`}
      description="They apply to each user that the application asks for, unless the user has limits of its own."
      actions={<Button onClick={onClose}>Close</Button>}
    >
      {error !== undefined && <ErrorNote error={error} onRetry={reload} />}
      {loading && <Skeleton width="100%" height="20em" />}
      {policy !== undefined && layers !== null && (
        <PolicyEditor
          subject={{ kind: 'application', id: policy.id }}
          name={policy.name}
          application={null}
          layers={layers}
          consequenceOf={applicationConsequence}
          suggestions={{
            allowedModels: gateway?.pricedModels ?? [],
            allowedProviders: gateway?.providers.map(({ name }) => name) ?? [],
          }}
          whyReadOnly={viewer.scopes.includes('POLICIES_WRITE') ? null : MAY_NOT_EDIT}
        />
      )}
      {data !== undefined && application === undefined && (
        <EmptyState title="There is no such application">Close this, and choose one of the list.</EmptyState>
      )}
    </Dialog>
  );
}
