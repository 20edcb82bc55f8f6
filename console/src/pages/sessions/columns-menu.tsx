import { Popover } from '@base-ui/react/popover';
import { Button } from '../../ui/button.tsx';
import styles from './columns-menu.module.css';

type Props = {
  readonly columns: readonly { readonly id: string; readonly header: string }[];
  readonly shown: readonly string[];
  /** Undefined: back to the default. */
  readonly onChange: (shown: readonly string[] | undefined) => void;
};

/** Which columns the table has. The first one leads to the session, so it stays. */
export function ColumnsMenu({ columns, shown, onChange }: Props) {
  const [first, ...others] = columns;
  const toggle = (id: string) => {
    const next = shown.includes(id) ? shown.filter((other) => other !== id) : [...shown, id];
    onChange(
      columns.map((column) => column.id).filter((other) => other === first?.id || next.includes(other)),
    );
  };
  return (
    <Popover.Root>
      <Popover.Trigger className={styles['trigger']}>Columns</Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner sideOffset={6} align="end">
          <Popover.Popup className={styles['popup']}>
            <Popover.Title className={styles['title']}>Columns</Popover.Title>
            {others.map(({ id, header }) => (
              <label key={id} className={styles['choice']}>
                <input type="checkbox" checked={shown.includes(id)} onChange={() => toggle(id)} />
                {header}
              </label>
            ))}
            <Button size="small" variant="quiet" onClick={() => onChange(undefined)}>
              Back to the default
            </Button>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}
