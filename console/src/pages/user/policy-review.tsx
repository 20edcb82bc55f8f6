import { RelativeTime } from '../../ui/relative-time.tsx';
import { formatLimit, limits, type PolicyLayers } from './policy.ts';
import { consequenceOf, type Standing } from './policy-consequences.ts';
import { type PolicyChanges, policyAfter } from './policy-draft.ts';
import styles from './policy-review.module.css';

/** What the changes mean, before they are saved. */
export function PolicyReview({
  changes,
  layers,
  standing,
  name,
}: {
  readonly changes: PolicyChanges;
  readonly layers: PolicyLayers;
  readonly standing: Standing;
  readonly name: string;
}) {
  const after = policyAfter(layers, changes);
  const changed = limits.filter((limit) => changes[limit.name] !== undefined);
  return (
    <section aria-label="What saving changes" aria-live="polite">
      <h3>What saving changes for {name}</h3>
      <ul className={styles['changes']}>
        {changed.map((limit) => {
          const { text, until, blocks } = consequenceOf(limit.name, after, standing);
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
      <p className={styles['goesOn']}>A user's own limits apply through every application.</p>
    </section>
  );
}
