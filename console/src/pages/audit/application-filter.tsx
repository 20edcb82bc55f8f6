import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { graphql } from '../../gql/index.ts';
import { Select } from '../../ui/select.tsx';

const NAMES = graphql(/* GraphQL */ `
  query AuditApplications {
    applications {
      id
      name
    }
  }
`);

/** Events about an application, and events that it caused. Only those who reach everything see more than one. */
export function ApplicationFilter({
  value,
  onChange,
}: {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const { reach } = useViewer();
  const { data } = useApiQuery(NAMES, {}, { pause: reach !== 'EVERYTHING' });
  if (reach !== 'EVERYTHING') return null;
  const known = data?.applications ?? [];
  const options = known.map(({ id, name }) => ({ value: id, label: name }));
  const missing = value !== undefined && !known.some(({ id }) => id === value);
  return (
    <Select
      label="Application"
      value={value ?? ''}
      options={[
        { value: '', label: 'Any' },
        ...(missing ? [{ value, label: data === undefined ? 'Loading…' : 'Unknown application' }] : []),
        ...options,
      ]}
      onChange={(next) => onChange(next === '' ? undefined : next)}
    />
  );
}
