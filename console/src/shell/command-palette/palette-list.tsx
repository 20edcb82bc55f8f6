import { useEffect, useRef } from 'react';
import styles from './command-palette.module.css';
import type { Item } from './items.ts';

/** What was found, in groups. The keys are pressed in the field above, which names the active one. */
export function PaletteList({
  id,
  items,
  active,
  onChoose,
  onPoint,
}: {
  readonly id: string;
  readonly items: readonly Item[];
  readonly active: number;
  readonly onChoose: (item: Item) => void;
  readonly onPoint: (index: number) => void;
}) {
  const chosen = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another item is active
  useEffect(() => {
    chosen.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const groups = [...new Set(items.map(({ group }) => group))];
  return (
    <div id={`${id}-list`} role="listbox" aria-label="Found" className={styles['list']}>
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a group of options
        <div key={group} role="group" aria-label={group}>
          <div className={styles['group']} aria-hidden="true">
            {group}
          </div>
          {items.map(
            (item, index) =>
              item.group === group && (
                // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field
                // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
                <div
                  key={item.id}
                  id={`${id}-${item.id}`}
                  ref={index === active ? chosen : undefined}
                  role="option"
                  aria-selected={index === active}
                  className={styles['item']}
                  onClick={() => onChoose(item)}
                  onPointerMove={() => onPoint(index)}
                >
                  <span className={styles['label']}>{item.label}</span>
                  <span className={styles['note']}>{item.hint}</span>
                </div>
              ),
          )}
        </div>
      ))}
    </div>
  );
}
