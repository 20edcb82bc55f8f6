import { useState } from 'react';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { InstantField } from '../../ui/instant-field.tsx';
import { MultiSelect, type OptionGroup } from '../../ui/multi-select.tsx';
import { actionGroups } from './actions.ts';
import { actorKindName, outcomeName } from './actor.tsx';
import { ApplicationFilter } from './application-filter.tsx';
import { LookUpField } from './look-up-field.tsx';
import { type AuditSearch, actorKinds, filterOf, outcomes } from './search.ts';
import { useFindSession, useFindUser } from './use-find.ts';

const actionOptions: readonly OptionGroup<string>[] = actionGroups.map(({ name, actions }) => ({
  name,
  options: Object.entries<string>(actions).map(([value, label]) => ({ value, label })),
}));
const outcomeOptions = [{ options: outcomes.map((value) => ({ value, label: outcomeName(value) })) }];
const kindOptions = [{ options: actorKinds.map((value) => ({ value, label: actorKindName(value) })) }];

/** All that the API filters audit events by. Each change goes back to the first page. */
export function AuditFilters({
  search,
  onChange,
}: {
  readonly search: AuditSearch;
  readonly onChange: (search: AuditSearch) => void;
}) {
  const filter = filterOf(search) ?? {};
  // What was typed and not found goes, too, when the filters are cleared.
  const [round, setRound] = useState(0);
  const clear = () => {
    setRound(round + 1);
    onChange({});
  };
  const findUser = useFindUser();
  const findSession = useFindSession();
  const set = (name: keyof typeof filter, value: string | readonly string[] | undefined) => {
    const { [name]: _before, ...others } = filter;
    const none = value === undefined || value.length === 0;
    onChange(none ? others : { ...others, [name]: value });
  };
  return (
    <FilterBar active={Object.keys(filter).length} onClear={clear}>
      <MultiSelect
        label="Action"
        groups={actionOptions}
        value={filter.actions ?? []}
        onChange={(value) => set('actions', value)}
      />
      <MultiSelect
        label="Outcome"
        groups={outcomeOptions}
        value={filter.outcomes ?? []}
        onChange={(value) => set('outcomes', value)}
      />
      <MultiSelect
        label="By"
        groups={kindOptions}
        value={filter.actorKinds ?? []}
        onChange={(value) => set('actorKinds', value)}
      />
      <ApplicationFilter value={filter.applicationId} onChange={(value) => set('applicationId', value)} />
      <LookUpField
        key={`user-${round}`}
        label="User"
        placeholder="External id or id"
        unknown="No user has this identifier."
        value={filter.userId}
        {...findUser}
        onChange={(value) => set('userId', value)}
      />
      <LookUpField
        key={`session-${round}`}
        label="Session"
        placeholder="Id, or sess_…"
        unknown="No session has this identifier."
        value={filter.sessionId}
        {...findSession}
        onChange={(value) => set('sessionId', value)}
      />
      <LookUpField
        key={`request-${round}`}
        label="Request id"
        placeholder="X-Request-Id"
        value={filter.requestId}
        onChange={(value) => set('requestId', value)}
      />
      <InstantField label="From" value={filter.from} onChange={(value) => set('from', value)} />
      <InstantField label="To" value={filter.to} onChange={(value) => set('to', value)} />
    </FilterBar>
  );
}
