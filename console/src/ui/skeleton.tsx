import styles from './skeleton.module.css';
import { useDelayed } from './use-delayed.ts';

/** Keeps the place of a text that has not arrived, and is seen only after 200 ms. */
export function Skeleton({
  width = '8em',
  height = '1em',
}: {
  readonly width?: string;
  readonly height?: string;
}) {
  const visible = useDelayed(true);
  return (
    <span
      aria-hidden="true"
      className={styles['skeleton']}
      data-visible={visible ? '' : undefined}
      style={{ width, height }}
    />
  );
}
