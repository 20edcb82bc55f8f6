import { useViewer } from '../../auth/viewer.ts';
import { Select } from '../../ui/select.tsx';
import { useApplicationNames } from './use-application-names.ts';

/** Events about an application, and events that it caused. Only those who reach everything see more than one. */
export function ApplicationFilter({
  value,
  onChange,
}: {
  readonly value: string | undefined;
  readonly onChange: (value: string | undefined) => void;
}) {
  const { reach } = useViewer();
  const names = useApplicationNames();
  if (reach !== 'EVERYTHING') return null;
  const known = names ?? [];
  const options = known.map(({ id, name }) => ({ value: id, label: name }));
  const missing = value !== undefined && !known.some(({ id }) => id === value);
  return (
    <Select
      label="Application"
      value={value ?? ''}
      options={[
        { value: '', label: 'Any' },
        ...(missing ? [{ value, label: names === undefined ? 'Loading…' : 'Unknown application' }] : []),
        ...options,
      ]}
      onChange={(next) => onChange(next === '' ? undefined : next)}
    />
  );
}
