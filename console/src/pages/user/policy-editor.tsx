import { useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type LimitName, limits, type Policy, type PolicyLayers, type Subject } from './policy.ts';
import styles from './policy-editor.module.css';
import { PolicyReview } from './policy-review.tsx';
import { PolicyRow } from './policy-row.tsx';
import type { Consequence } from './rule-consequences.ts';
import { usePolicyForm } from './use-policy-form.ts';

/** Each limit: what applies, where that comes from, and the subject's own value, which can be set and taken back. */
export function PolicyEditor({
  subject,
  name,
  application,
  layers,
  consequenceOf,
  suggestions,
  whyReadOnly,
}: {
  /** Whose limits they are. */
  readonly subject: Subject;
  readonly name: string;
  /** The name of the application whose limits are inherited. */
  readonly application: string | null;
  readonly layers: PolicyLayers;
  /** What it means that a limit becomes what `after` says. */
  readonly consequenceOf: (limit: LimitName, after: Policy) => Consequence;
  readonly suggestions: { readonly [K in LimitName]?: readonly string[] };
  /** Why the caller may not change the limits; null: it may. */
  readonly whyReadOnly: string | null;
}) {
  const form = usePolicyForm(subject, layers);
  const toast = useToast();
  const place = useRef<HTMLFormElement>(null);
  const changed = Object.keys(form.changes).length;

  async function save() {
    if (!(await form.save())) return;
    toast(`The limits of ${name} are set.`);
    place.current?.focus();
  }

  // The buttons are gone afterwards, so the focus goes to what they belonged to.
  function discard() {
    form.discard();
    place.current?.focus();
  }

  return (
    <form
      ref={place}
      tabIndex={-1}
      className={styles['editor']}
      aria-label={`Policy of ${name}`}
      onSubmit={(event) => {
        event.preventDefault();
        if (changed > 0 && form.problems.size === 0 && !form.busy) void save();
      }}
    >
      {whyReadOnly !== null && <p className={styles['readOnly']}>{whyReadOnly}</p>}
      <div
        className={styles['heads']}
        data-readonly={whyReadOnly === null ? undefined : ''}
        aria-hidden="true"
      >
        <span>Limit</span>
        <span>Applies now, and from where</span>
        {whyReadOnly === null && <span>This {subject.kind}'s own value</span>}
      </div>
      <ul className={styles['rows']}>
        {limits.map((limit) => (
          <PolicyRow
            key={limit.name}
            limit={limit}
            kind={subject.kind}
            layers={layers}
            application={application}
            text={form.draft[limit.name]}
            error={form.problems.get(limit.name) ?? form.refused.get(limit.name) ?? null}
            suggestions={suggestions[limit.name] ?? []}
            onEdit={whyReadOnly === null ? (text) => form.edit(limit.name, text) : null}
          />
        ))}
      </ul>
      {(changed > 0 || form.problems.size > 0) && (
        <div className={styles['review']}>
          <PolicyReview
            changes={form.changes}
            layers={layers}
            consequenceOf={consequenceOf}
            kind={subject.kind}
            name={name}
          />
          {form.error !== undefined && <ErrorNote error={form.error} />}
          <div className={styles['buttons']}>
            <Button onClick={discard}>Discard</Button>
            <Button
              type="submit"
              variant="primary"
              busy={form.busy}
              disabled={changed === 0 || form.problems.size > 0}
            >
              Save {changed === 1 ? '1 change' : `${changed} changes`}
            </Button>
          </div>
        </div>
      )}
    </form>
  );
}
