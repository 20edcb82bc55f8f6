import { useRef } from 'react';
import { Button } from '../../ui/button.tsx';
import { ErrorNote } from '../../ui/error-note.tsx';
import { useToast } from '../../ui/toast.tsx';
import { type LimitName, limits, type PolicyLayers } from './policy.ts';
import type { Standing } from './policy-consequences.ts';
import styles from './policy-editor.module.css';
import { PolicyReview } from './policy-review.tsx';
import { PolicyRow } from './policy-row.tsx';
import { usePolicyForm } from './use-policy-form.ts';

/** Each limit: what applies, where that comes from, and the user's own value, which can be set and taken back. */
export function PolicyEditor({
  id,
  name,
  application,
  layers,
  standing,
  suggestions,
  whyReadOnly,
}: {
  readonly id: string;
  /** Who it is about. */
  readonly name: string;
  /** The name of the application whose limits are inherited. */
  readonly application: string | null;
  readonly layers: PolicyLayers;
  readonly standing: Standing;
  readonly suggestions: { readonly [K in LimitName]?: readonly string[] };
  /** Why the caller may not change the limits; null: it may. */
  readonly whyReadOnly: string | null;
}) {
  const form = usePolicyForm(id, layers);
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
        {whyReadOnly === null && <span>This user's own value</span>}
      </div>
      <ul className={styles['rows']}>
        {limits.map((limit) => (
          <PolicyRow
            key={limit.name}
            limit={limit}
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
          <PolicyReview changes={form.changes} layers={layers} standing={standing} name={name} />
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
