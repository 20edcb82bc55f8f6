import { useState } from 'react';
import { Button } from '../../ui/button.tsx';
import { ActiveFilters } from './active-filters.tsx';
import { type ChangeSearch, filterOf } from './filter.ts';
import { FilterPanel } from './filter-panel.tsx';
import styles from './filters.module.css';
import { sessionStatuses } from './names.ts';
import type { SessionsSearch } from './search.ts';
import { statusLabel } from './status-badge.tsx';
import { Toggles } from './toggles.tsx';

type Props = {
  readonly search: SessionsSearch;
  readonly onChange: ChangeSearch;
  readonly onClear: () => void;
};

/** What the list can be narrowed by: statuses at hand, the rest in a panel, and what applies now. */
export function Filters({ search, onChange, onClear }: Props) {
  const [open, setOpen] = useState(false);
  const active = Object.keys(filterOf(search)).length;
  return (
    <search className={styles['filters']} aria-label="Filters">
      <div className={styles['bar']}>
        <Toggles
          label="Status"
          names={sessionStatuses}
          labelOf={statusLabel}
          chosen={search.statuses}
          onApply={(statuses) => onChange({ statuses })}
        />
        <Button size="small" pressed={open} onClick={() => setOpen(!open)}>
          {open ? 'Fewer filters' : 'More filters'}
        </Button>
        {active > 0 && (
          <Button size="small" variant="quiet" onClick={onClear}>
            Clear all
          </Button>
        )}
      </div>
      {open && <FilterPanel search={search} onChange={onChange} />}
      <ActiveFilters search={search} onChange={onChange} />
    </search>
  );
}
