import { type Theme, useTheme, useZone, type Zone } from '../ui/preferences.ts';
import { Select } from '../ui/select.tsx';
import styles from './switches.module.css';

const THEMES = [
  { value: 'system', label: 'As the system' },
  { value: 'light', label: 'Light' },
  { value: 'dark', label: 'Dark' },
] as const satisfies readonly { value: Theme; label: string }[];

const ZONES = [
  { value: 'local', label: 'Local time' },
  { value: 'utc', label: 'UTC' },
] as const satisfies readonly { value: Zone; label: string }[];

/** How the console looks and which time it shows. */
export function Switches() {
  const [theme, setTheme] = useTheme();
  const [zone, setZone] = useZone();
  return (
    <div className={styles['switches']}>
      <Select label="Theme" value={theme} options={THEMES} onChange={setTheme} />
      <Select label="Times" value={zone} options={ZONES} onChange={setZone} />
    </div>
  );
}
