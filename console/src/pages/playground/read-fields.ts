import type { Draft, DraftField } from './draft.ts';

/** Readers of a form's fields. Each is undefined for an empty field, and for one that it cannot read, which it notes. */
export function read(draft: Draft, problems: Partial<Record<DraftField, string>>) {
  const text = (field: DraftField): string | undefined => (draft[field] === '' ? undefined : draft[field]);

  const number = (field: DraftField): number | undefined => {
    const value = draft[field].trim();
    if (value === '') return undefined;
    if (!Number.isFinite(Number(value))) {
      problems[field] = 'must be a number';
      return undefined;
    }
    return Number(value);
  };

  const whole = (field: DraftField): number | undefined => {
    const value = number(field);
    if (value === undefined || Number.isSafeInteger(value)) return value;
    problems[field] = 'must be a whole number';
    return undefined;
  };

  const oneOf = <const Value extends string>(
    field: DraftField,
    values: readonly Value[],
  ): Value | undefined => values.find((value) => value === draft[field]);

  /** @param isRight whether what was parsed has the right shape; the gateway checks the rest */
  const json = <Value>(
    field: DraftField,
    isRight: (value: unknown) => boolean,
    otherwise: string,
  ): Value | undefined => {
    if (draft[field].trim() === '') return undefined;
    try {
      const value: unknown = JSON.parse(draft[field]);
      if (isRight(value)) return value as Value;
    } catch {
      // The same problem.
    }
    problems[field] = otherwise;
    return undefined;
  };

  return { text, number, whole, oneOf, json };
}
