import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useHasScope } from '../../auth/viewer.ts';
import { Button } from '../../ui/button.tsx';
import { formatCount } from '../../ui/count.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import styles from './application-card.module.css';
import { CreateKeyDialog } from './create-key-dialog.tsx';
import { KeyTable } from './key-table.tsx';
import type { ShownApplication } from './matching.ts';

/** An application with its keys. */
export function ApplicationCard({
  application: { id, name, createdAt, keys, hidden },
  now,
  onChanged,
  onLimits,
}: {
  readonly application: ShownApplication;
  readonly now: number;
  readonly onChanged: () => void;
  /** Shows its limits. Null: the caller may not see them. */
  readonly onLimits: (() => void) | null;
}) {
  const [creating, setCreating] = useState(false);
  const seesAudit = useHasScope('AUDIT_READ');
  return (
    <section className={styles['card']} aria-labelledby={`application-${id}`}>
      <header className={styles['head']}>
        <h2 id={`application-${id}`} className={styles['name']}>
          {name}
        </h2>
        <span className={styles['note']}>
          {createdAt !== undefined && (
            <>
              registered <RelativeTime at={createdAt} />
            </>
          )}
          {seesAudit && (
            <>
              {' '}
              <Link to="/audit" search={{ applicationId: id }}>
                its events
              </Link>
            </>
          )}
        </span>
        {onLimits !== null && (
          <Button size="small" label={`Limits of ${name}`} onClick={onLimits}>
            Limits
          </Button>
        )}
        {keys !== undefined && (
          <Button size="small" label={`New key for ${name}`} onClick={() => setCreating(true)}>
            New key
          </Button>
        )}
      </header>
      {keys !== undefined && keys.length > 0 && (
        <KeyTable application={name} keys={keys} now={now} onChanged={onChanged} />
      )}
      {keys !== undefined && (keys.length === 0 || hidden > 0) && (
        <p className={styles['note']}>
          {keys.length === 0 && 'It has no key that works. '}
          {hidden > 0 && `${formatCount(hidden, 'key')} revoked or expired, not shown.`}
        </p>
      )}
      {keys !== undefined && (
        <CreateKeyDialog
          application={{ id, name }}
          open={creating}
          onClose={() => setCreating(false)}
          onChanged={onChanged}
        />
      )}
    </section>
  );
}
