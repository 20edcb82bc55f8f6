import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useViewer } from '../../auth/viewer.ts';
import styles from './command-palette.module.css';
import { type CredentialKind, credentialKind } from './credential-kind.ts';
import { type Item, itemsFor, secretItems } from './items.ts';
import { PaletteList } from './palette-list.tsx';
import { useGo } from './use-go.ts';
import { useLookUp } from './use-look-up.ts';

type Typed = { readonly text: string; readonly secret: CredentialKind | null };

const NOTHING: Typed = { text: '', secret: null };
const MAX_LENGTH = 4096;

/** A field, and what it finds. A credential in it is masked at once; it stays in the field and nowhere else. */
export function PaletteSearch({ onGone }: { readonly onGone: () => void }) {
  const id = useId();
  const viewer = useViewer();
  const go = useGo();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState<Typed>(NOTHING);
  const [active, setActive] = useState(0);
  const found = useLookUp(typed.text);
  const items =
    typed.secret === null ? itemsFor(typed.text, found, viewer) : secretItems(typed.secret, viewer);
  const index = Math.min(active, items.length - 1);

  useEffect(() => {
    const field = input.current;
    return () => {
      if (field !== null) field.value = '';
    };
  }, []);

  function onInput(field: HTMLInputElement) {
    const secret = credentialKind(field.value);
    setTyped(secret === null ? { text: field.value, secret } : { text: '', secret });
    setActive(0);
  }

  function choose(item: Item) {
    const value = input.current?.value ?? '';
    if (input.current !== null) input.current.value = '';
    onGone();
    go(item.target, value);
  }

  function onKeyDown(event: KeyboardEvent) {
    const item = items[index];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) setActive((index + step + items.length) % Math.max(1, items.length));
    else if (event.key === 'Enter' && item !== undefined) choose(item);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <input
        ref={input}
        // React answers a keystroke before the browser paints, so a pasted secret is never seen.
        type={typed.secret === null ? 'text' : 'password'}
        className={styles['input']}
        aria-label="Search"
        {...(typed.secret === null ? listOf(id, items[index]) : {})}
        aria-describedby={`${id}-hint`}
        placeholder="Page, session id, sess_…, user, request id"
        autoComplete="off"
        data-1p-ignore=""
        data-lpignore="true"
        spellCheck={false}
        maxLength={MAX_LENGTH}
        // biome-ignore lint/a11y/noAutofocus: it is why the dialog was opened
        autoFocus
        onInput={(event) => onInput(event.currentTarget)}
        onKeyDown={onKeyDown}
      />
      <PaletteList id={id} items={items} active={index} onChoose={choose} onPoint={setActive} />
      <p id={`${id}-hint`} className={styles['hint']} role="status">
        {hintFor(typed, found.loading, items.length)}
      </p>
    </>
  );
}

/** What ties the field to the list below. A masked field may not be a combobox; its hint says what Enter does. */
function listOf(id: string, active: Item | undefined) {
  return {
    role: 'combobox',
    'aria-expanded': active !== undefined,
    'aria-controls': `${id}-list`,
    'aria-activedescendant': active && `${id}-${active.id}`,
    'aria-autocomplete': 'list',
  } as const;
}

function hintFor({ text, secret }: Typed, loading: boolean, count: number): string {
  if (secret !== null)
    return count === 0
      ? 'This looks like a secret, so it is masked and not looked for. Looking it up needs the scope AUDIT_READ.'
      : 'This looks like a secret, so it is masked. Enter looks up whose it is, which the audit trail records.';
  if (loading && text !== '') return 'Looking…';
  if (count === 0) return 'Nothing has this id or name. Names of users are found by how they begin.';
  return '↑ and ↓ choose, Enter opens, Esc closes.';
}
