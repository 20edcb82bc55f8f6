import { useEffect, useRef, useState } from 'react';
import type { Zone } from '../../ui/preferences.ts';
import { TextField } from '../../ui/text-field.tsx';
import { fromField, toField } from './times.ts';

type Props = {
  readonly label: string;
  readonly zone: Zone;
  readonly value: string | undefined;
  readonly onApply: (value: string | undefined) => void;
};

const APPLIES_AFTER_MS = 1_000;
/** While somebody types 2026, the year is 0002, 0020 and 0202 first. */
const FIRST_TIME = '2000';

/** A time of the filter, in the time zone that is shown. It applies when it is complete. */
export function TimeFilter({ label, zone, value, onApply }: Props) {
  const shown = value === undefined ? '' : toField(value, zone);
  const [draft, setDraft] = useState(shown);
  const [applied, setApplied] = useState(shown);
  if (applied !== shown) {
    setApplied(shown);
    setDraft(shown);
  }
  const timer = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  const apply = (text: string) => {
    clearTimeout(timer.current);
    if (text !== shown && (text === '' || text >= FIRST_TIME)) onApply(fromField(text, zone) ?? undefined);
  };
  const change = (text: string) => {
    setDraft(text);
    clearTimeout(timer.current);
    if (text !== '') timer.current = window.setTimeout(apply, APPLIES_AFTER_MS, text);
  };
  return (
    <form
      noValidate
      aria-label={`Filter by ${label}`}
      onSubmit={(event) => {
        event.preventDefault();
        apply(draft);
      }}
      onBlur={() => apply(draft)}
    >
      <TextField
        label={`${label} (${zone === 'utc' ? 'UTC' : 'local time'})`}
        type="datetime-local"
        value={draft}
        onChange={change}
      />
    </form>
  );
}
