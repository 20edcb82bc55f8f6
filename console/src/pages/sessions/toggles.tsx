import { Button } from '../../ui/button.tsx';
import styles from './filters.module.css';

type Props<Name extends string> = {
  readonly label: string;
  readonly names: readonly Name[];
  readonly labelOf: (name: Name) => string;
  readonly chosen: readonly Name[] | undefined;
  readonly onApply: (chosen: readonly Name[] | undefined) => void;
};

/** A choice of several, or of none, which means all. */
export function Toggles<Name extends string>({ label, names, labelOf, chosen = [], onApply }: Props<Name>) {
  const toggle = (name: Name) => {
    const next = names.filter((other) => (other === name) !== chosen.includes(other));
    onApply(next.length === 0 ? undefined : next);
  };
  return (
    <fieldset className={styles['toggles']}>
      <legend className={styles['legend']}>{label}</legend>
      {names.map((name) => (
        <Button key={name} size="small" pressed={chosen.includes(name)} onClick={() => toggle(name)}>
          {labelOf(name)}
        </Button>
      ))}
    </fieldset>
  );
}
