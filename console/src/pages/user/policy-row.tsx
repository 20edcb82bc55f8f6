import { useEffect, useRef } from 'react';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { AddKnown } from './add-known.tsx';
import {
  formatLimit,
  inheritedValue,
  type Limit,
  type LimitName,
  type PolicyLayers,
  type Source,
  type Subject,
  sourceOf,
} from './policy.ts';
import { textOf } from './policy-draft.ts';
import styles from './policy-row.module.css';

/** One limit: what applies and where it comes from, and the subject's own value. */
export function PolicyRow({
  limit: { name, kind, label, unit, hint },
  kind: of,
  layers,
  application,
  text,
  error,
  suggestions,
  onEdit,
}: {
  readonly limit: Limit;
  readonly kind: Subject['kind'];
  readonly layers: PolicyLayers;
  readonly application: string | null;
  /** What the field holds; null: inherited. */
  readonly text: string | null;
  readonly error: string | null;
  readonly suggestions: readonly string[];
  /** Null: the caller may not change it. */
  readonly onEdit: ((text: string | null) => void) | null;
}) {
  const source = sourceOf(name, layers);
  const own = useRef<HTMLDivElement>(null);
  const moves = useRef(false);
  const isInherited = text === null;
  // The button that was pressed is gone, so the focus goes to what took its place.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is about the change
  useEffect(() => {
    if (moves.current) own.current?.querySelector<HTMLElement>('input, textarea, button')?.focus();
    moves.current = false;
  }, [isInherited]);

  function change(next: string | null) {
    moves.current = true;
    onEdit?.(next);
  }
  return (
    <li className={styles['row']} data-readonly={onEdit === null ? '' : undefined}>
      <div className={styles['name']}>{label}</div>
      <div className={styles['now']}>
        <span className={styles['value']}>{formatLimit(name, layers.effective[name])}</span>
        <Badge tone={tones[source]}>{sourceText(source, of, application)}</Badge>
      </div>
      {onEdit !== null && (
        <div ref={own} className={styles['own']}>
          {text === null ? (
            <>
              <span className={styles['inherited']}>{inheritedText(name, layers)}</span>
              <Button
                size="small"
                label={`Set ${label} for this ${of}`}
                onClick={() => change(textOf(layers.effective[name]) ?? '')}
              >
                Set
              </Button>
            </>
          ) : (
            <>
              <div className={styles['field']}>
                <TextField
                  label={`${label}, own value (${unit})`}
                  hideLabel
                  value={text}
                  onChange={onEdit}
                  hint={hint}
                  error={error}
                  {...(kind === 'list' && { rows: 3, mono: true })}
                />
                <AddKnown label={label} text={text} known={suggestions} onAdd={onEdit} />
              </div>
              <Button size="small" label={`Inherit ${label}`} onClick={() => change(null)}>
                Inherit
              </Button>
            </>
          )}
        </div>
      )}
    </li>
  );
}

const tones: { readonly [K in Source]: Tone } = {
  own: 'info',
  application: 'neutral',
  default: 'neutral',
  inherited: 'neutral',
};

function sourceText(source: Source, of: Subject['kind'], application: string | null): string {
  switch (source) {
    case 'own':
      return `${of}'s own`;
    case 'application':
      return application === null ? 'application' : `application ${application}`;
    case 'default':
      return 'default';
    case 'inherited':
      return 'inherited';
    default:
      return source satisfies never;
  }
}

/** What the row says while no value of the subject's own is set: now, or after the change. */
function inheritedText(name: LimitName, layers: PolicyLayers): string {
  if (layers.own[name] === null) return 'Inherited';
  const value = inheritedValue(name, layers);
  return value === undefined ? 'Will be inherited' : `Will be inherited: ${formatLimit(name, value)}`;
}
