import { CopyButton } from './copy-button.tsx';
import styles from './json.module.css';

/** Any JSON, to read and to copy. */
export function Json({ value, label }: { readonly value: unknown; readonly label: string }) {
  const text = JSON.stringify(value, null, 2) ?? 'null';
  return (
    <figure className={styles['json']} aria-label={label}>
      <div className={styles['copy']}>
        <CopyButton text={text} label={`Copy ${label}`} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <pre className={styles['text']} tabIndex={0}>
        {text}
      </pre>
    </figure>
  );
}
