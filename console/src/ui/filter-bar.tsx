import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import styles from './filter-bar.module.css';

/** Fields that narrow a listing, and a way to take them all back. */
export function FilterBar({
  label = 'Filters',
  children,
  active,
  onClear,
}: {
  readonly label?: string;
  readonly children: ReactNode;
  /** How many filters apply. */
  readonly active: number;
  readonly onClear: () => void;
}) {
  return (
    <search className={styles['bar']} aria-label={label}>
      {children}
      {/* Its place is kept while there is nothing to clear, so that nothing moves when there is. */}
      <div className={styles['clear']} data-active={active > 0 ? '' : undefined}>
        <Button variant="quiet" onClick={onClear}>
          Clear {active === 1 ? 'filter' : `${active} filters`}
        </Button>
      </div>
    </search>
  );
}
