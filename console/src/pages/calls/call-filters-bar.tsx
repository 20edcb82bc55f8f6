import { useViewer } from '../../auth/viewer.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { MultiSelect } from '../../ui/multi-select.tsx';
import { ApplicationFilter } from '../audit/application-filter.tsx';
import { TextFilter } from '../sessions/text-filter.tsx';
import type { CallsSearch, ChangeCallsSearch } from './search.ts';
import { callEnds, callStatuses, END_WORDS, STATUS_WORDS } from './words.ts';

const STATUSES = [{ options: callStatuses.map((value) => ({ value, label: STATUS_WORDS[value].label })) }];
const ENDS = [{ options: callEnds.map((value) => ({ value, label: END_WORDS[value].label })) }];

/** What the calls can be narrowed by. Each field is in the address. */
export function CallFiltersBar({
  search,
  onChange,
  onClear,
}: {
  readonly search: CallsSearch;
  readonly onChange: ChangeCallsSearch;
  readonly onClear: () => void;
}) {
  const { kind } = useViewer();
  const { statuses = [], endReasons = [], externalUserId, applicationId } = search;
  const active = [search.statuses, search.endReasons, externalUserId, applicationId];
  return (
    <FilterBar active={active.filter((value) => value !== undefined).length} onClear={onClear}>
      <MultiSelect
        label="Status"
        groups={STATUSES}
        value={statuses}
        onChange={(next) => onChange({ statuses: next })}
      />
      <MultiSelect
        label="Why it ended"
        groups={ENDS}
        value={endReasons}
        onChange={(next) => onChange({ endReasons: next })}
      />
      {kind !== 'USER' && (
        <TextFilter
          label="User"
          value={externalUserId}
          onApply={(user) => onChange({ externalUserId: user })}
        />
      )}
      <ApplicationFilter value={applicationId} onChange={(id) => onChange({ applicationId: id })} />
    </FilterBar>
  );
}
