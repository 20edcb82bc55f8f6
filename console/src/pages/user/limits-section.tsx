import { useNavigate } from '@tanstack/react-router';
import { serverNow } from '../../api/server-clock.ts';
import { useViewer } from '../../auth/viewer.ts';
import type { UserPageQuery } from '../../gql/graphql.ts';
import { readFragment } from '../../gql/index.ts';
import { Select } from '../../ui/select.tsx';
import { consequenceOf } from './policy-consequences.ts';
import { PolicyEditor } from './policy-editor.tsx';
import { APPLICATION_POLICY, applicationChoices, DEFAULT_POLICY, policyLayers } from './policy-layers.ts';
import { Section } from './section.tsx';
import { standingOf, USER_STANDING } from './standing.ts';
import { StandingMeters } from './standing-meters.tsx';
import { USER_HEADING } from './user-heading.tsx';

const ERASED = 'The limits of an erased user are not set any more.';
const MAY_NOT_EDIT =
  'Setting the limits of a user needs the scope POLICIES_WRITE and reach EVERYTHING. Seeing whether an inherited limit is set for the application, or is the default, needs that scope, too.';

/** Quotas, budget and policy of the user when it uses one application, which can be chosen. */
export function LimitsSection({
  page,
  person,
  chosen,
  onReload,
}: {
  readonly page: UserPageQuery;
  readonly person: NonNullable<UserPageQuery['user']>;
  readonly chosen: string | undefined;
  readonly onReload: () => void;
}) {
  const navigate = useNavigate({ from: '/users/$id' });
  const { reach, scopes } = useViewer();
  const own = page.viewer.application;
  const applications = page.applications ?? (own === null ? [] : [own]);
  const { all, application } = applicationChoices(
    applications,
    readFragment(APPLICATION_POLICY, own),
    chosen,
  );
  const layers = policyLayers(person, applications, application?.id ?? null, page.gateway);
  const user = readFragment(USER_STANDING, person);
  const standing = standingOf(user, serverNow());
  const { externalId, erasedAt, suspendedAt } = readFragment(USER_HEADING, person);
  const gateway = readFragment(DEFAULT_POLICY, page.gateway);
  const mayEdit = scopes.includes('POLICIES_WRITE') && reach === 'EVERYTHING';

  return (
    <Section
      title="Limits"
      aside={
        all.length > 1 && (
          <Select
            label="When it uses the application"
            value={application?.id ?? ''}
            options={all.map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(id) => void navigate({ search: (search) => ({ ...search, application: id }) })}
          />
        )
      }
    >
      {suspendedAt !== null && <p>Suspended: no session is issued, whatever the limits say.</p>}
      <StandingMeters user={user} standing={standing} onReload={onReload} />
      <PolicyEditor
        subject={{ kind: 'user', id: readFragment(USER_HEADING, person).id }}
        name={externalId ?? 'the user'}
        application={application?.name ?? null}
        layers={layers}
        consequenceOf={(limit, after) => consequenceOf(limit, after, standing)}
        suggestions={{
          allowedModels: gateway?.pricedModels ?? [],
          allowedProviders: gateway?.providers.map(({ name }) => name) ?? [],
        }}
        whyReadOnly={erasedAt !== null ? ERASED : mayEdit ? null : MAY_NOT_EDIT}
      />
    </Section>
  );
}
