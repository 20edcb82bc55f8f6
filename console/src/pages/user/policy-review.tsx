import { RelativeTime } from '../../ui/relative-time.tsx';
import {
  formatLimit,
  type LimitName,
  limits,
  type Policy,
  type PolicyLayers,
  type Subject,
} from './policy.ts';
import { type PolicyChanges, policyAfter } from './policy-draft.ts';
import styles from './policy-review.module.css';
import type { Consequence } from './rule-consequences.ts';

/** What the changes mean, before they are saved. */
export function PolicyReview({
  changes,
  layers,
  consequenceOf,
  kind,
  name,
}: {
  readonly changes: PolicyChanges;
  readonly layers: PolicyLayers;
  readonly consequenceOf: (limit: LimitName, after: Policy) => Consequence;
  readonly kind: Subject['kind'];
  readonly name: string;
}) {
  const after = policyAfter(layers, changes);
  const changed = limits.filter((limit) => changes[limit.name] !== undefined);
  return (
    <section aria-label="What saving changes" aria-live="polite">
      <h3>What saving changes for {name}</h3>
      <ul className={styles['changes']}>
        {changed.map((limit) => {
          const { text, until, blocks } = consequenceOf(limit.name, after);
          return (
            <li key={limit.name}>
              <strong>{limit.label}:</strong> {formatLimit(limit.name, layers.effective[limit.name])} →{' '}
              {formatLimit(limit.name, after[limit.name])}
              {changes[limit.name] === null && ' (inherited)'}
              <p className={blocks ? styles['blocks'] : styles['goesOn']}>
                {blocks && <strong>Refuses from now on. </strong>}
                {text}
                {until !== null && (
                  <>
                    {' '}
                    <RelativeTime at={new Date(until).toISOString()} exact />.
                  </>
                )}
              </p>
            </li>
          );
        })}
      </ul>
      <p className={styles['goesOn']}>
        {kind === 'user'
          ? "A user's own limits apply through every application."
          : "The limits apply to each user that the application asks for. A user's own limits go before them."}
      </p>
    </section>
  );
}
