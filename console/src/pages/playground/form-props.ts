import type { Draft, DraftField } from './draft.ts';

/** What the parts of the form share. */
export type FormProps = {
  readonly draft: Draft;
  readonly errors: Partial<Record<DraftField, string>>;
  readonly change: (field: DraftField, value: string) => void;
};

/** Properties of a text field. */
export function fieldOf({ draft, errors, change }: FormProps, field: DraftField) {
  return {
    value: draft[field],
    error: errors[field] ?? null,
    onChange: (value: string) => change(field, value),
  };
}

/** Properties of a select. */
export function choiceOf({ draft, change }: FormProps, field: DraftField) {
  return { value: draft[field], onChange: (value: string) => change(field, value) };
}
