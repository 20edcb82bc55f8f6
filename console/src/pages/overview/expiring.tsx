import { Link } from '@tanstack/react-router';
import { classes } from '../../ui/classes.ts';
import { Countdown } from '../../ui/countdown.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import styles from './lists.module.css';
import type { OverviewLive } from './live-document.ts';

const SHOWN = 6;

/** The live sessions that expire next. */
export function Expiring({ live }: { readonly live: OverviewLive | undefined }) {
  return (
    <section className={styles['card']} aria-labelledby="expiring">
      <h2 id="expiring">Expiring next</h2>
      {live?.nodes.length === 0 ? (
        <p className={styles['empty']}>
          No session is live. A live one is listed here until its secret expires.
        </p>
      ) : (
        <ul className={classes(styles['rows'], styles['six'])}>
          {live === undefined
            ? Array.from({ length: SHOWN }, (_, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
                <li key={index}>
                  <Skeleton width="14em" />
                </li>
              ))
            : live.nodes.map(({ id, model, user, clientSecret }) => (
                <li key={id}>
                  <Link to="/sessions/$id" params={{ id }}>
                    {user.externalId ?? 'erased user'}
                  </Link>
                  <span className={styles['muted']}>{model}</span>
                  <span className={styles['end']}>
                    {clientSecret?.expiresAt != null && <Countdown to={clientSecret.expiresAt} />}
                  </span>
                </li>
              ))}
        </ul>
      )}
    </section>
  );
}
