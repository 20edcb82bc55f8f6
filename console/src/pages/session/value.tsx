import styles from './fields.module.css';

/** A value of a field: a text as it is, a number or a word in code, anything else as JSON. */
export function Value({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className={styles['none']}>none</span>;
  if (Array.isArray(value) && value.length === 0) return <span className={styles['none']}>empty</span>;
  if (typeof value === 'string') return <span className={styles['text']}>{value}</span>;
  if (typeof value !== 'object') return <code>{String(value)}</code>;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return <span className={styles['text']}>{value.join(', ')}</span>;
  return <pre className={styles['json']}>{JSON.stringify(withoutTypes(value), null, 2)}</pre>;
}

/** Of these, a value has to say which one it is. */
const KINDS: readonly unknown[] = ['ServerVad', 'SemanticVad', 'FunctionTool', 'McpTool'];

/** Without fields that say nothing, and without the names of types but for those that tell values apart. */
function withoutTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTypes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, child]) => child !== null && (key !== '__typename' || KINDS.includes(child)))
      .map(([key, child]) => [key === '__typename' ? 'kind' : key, withoutTypes(child)]),
  );
}
