import { useApiQuery } from '../../api/use-api-query.ts';
import { useViewer } from '../../auth/viewer.ts';
import { useZone } from '../../ui/preferences.ts';
import { Select } from '../../ui/select.tsx';
import { connectionLabels, sessionTypeLabels } from './columns.tsx';
import { SESSION_FILTER_CHOICES } from './documents.ts';
import type { ChangeSearch } from './filter.ts';
import styles from './filters.module.css';
import { LabelFilter } from './label-filter.tsx';
import { ListFilter } from './list-filter.tsx';
import { connectionKinds, failureCodes, sessionTypes } from './names.ts';
import { QuickTimes } from './quick-times.tsx';
import type { SessionsSearch } from './search.ts';
import { TextFilter } from './text-filter.tsx';
import { TimeFilter } from './time-filter.tsx';
import { Toggles } from './toggles.tsx';

type Props = { readonly search: SessionsSearch; readonly onChange: ChangeSearch };

/** Every field of the filter but the statuses, which are always shown. Each applies at once. */
export function FilterPanel({ search, onChange }: Props) {
  const { kind, reach } = useViewer();
  const [zone] = useZone();
  // What there is to choose from is only told to callers that reach everything.
  const { data } = useApiQuery(SESSION_FILTER_CHOICES, {}, { pause: reach !== 'EVERYTHING' });
  const providers = data?.gateway.providers.map(({ name }) => name) ?? [];
  return (
    <div className={styles['panel']}>
      {kind !== 'USER' && (
        <TextFilter
          label="User"
          hint="The id that the applications use, exactly."
          value={search.externalUserId}
          onApply={(externalUserId) => onChange({ externalUserId, userId: undefined })}
        />
      )}
      {data !== undefined && (
        <Select
          label="Application"
          value={search.applicationId ?? ''}
          options={[
            { value: '', label: 'All' },
            ...data.applications.map(({ id, name }) => ({ value: id, label: name })),
          ]}
          onChange={(id) => onChange({ applicationId: id === '' ? undefined : id })}
        />
      )}
      <ListFilter
        label="Models"
        values={search.models}
        choices={data?.gateway.pricedModels ?? []}
        onApply={(models) => onChange({ models })}
      />
      <ListFilter
        label="Providers"
        values={search.providers}
        choices={providers}
        onApply={(providers) => onChange({ providers })}
      />
      <TextFilter
        label="Provider’s session id"
        hint="For example sess_…"
        value={search.upstreamSessionId}
        onApply={(upstreamSessionId) => onChange({ upstreamSessionId })}
      />
      <ListFilter
        label="Failure codes"
        values={search.failureCodes}
        choices={failureCodes}
        closed
        onApply={(codes) => onChange({ failureCodes: codes })}
      />
      <LabelFilter labels={search.labels} onApply={(labels) => onChange({ labels })} />
      <Toggles
        label="Type"
        names={sessionTypes}
        labelOf={(type) => sessionTypeLabels[type]}
        chosen={search.types}
        onApply={(types) => onChange({ types })}
      />
      <Toggles
        label="Connection"
        names={connectionKinds}
        labelOf={(connection) => connectionLabels[connection]}
        chosen={search.connections}
        onApply={(connections) => onChange({ connections })}
      />
      <TimeFilter
        label="Created from"
        zone={zone}
        value={search.createdFrom}
        onApply={(createdFrom) => onChange({ createdFrom })}
      />
      <TimeFilter
        label="Created before"
        zone={zone}
        value={search.createdTo}
        onApply={(createdTo) => onChange({ createdTo })}
      />
      <TimeFilter
        label="Expires before"
        zone={zone}
        value={search.expiresBefore}
        onApply={(expiresBefore) => onChange({ expiresBefore })}
      />
      <TimeFilter
        label="May still run at"
        zone={zone}
        value={search.exposedAfter}
        onApply={(exposedAfter) => onChange({ exposedAfter })}
      />
      <QuickTimes onChange={onChange} />
    </div>
  );
}
