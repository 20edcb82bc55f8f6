import { createContext, type ReactNode, useCallback, useContext, useRef, useState } from 'react';
import { Button } from './button.tsx';
import styles from './toast.module.css';

type Entry = { readonly id: number; readonly text: string };

const SHOWN_MS = 6000;
const ToastContext = createContext<(text: string) => void>(() => {});

/** @returns a function that says what has been done: "alice is suspended." Errors belong where they happened. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const next = useRef(0);
  const remove = useCallback((id: number) => setEntries((all) => all.filter((entry) => entry.id !== id)), []);
  const add = useCallback(
    (text: string) => {
      next.current += 1;
      const id = next.current;
      setEntries((all) => [...all.slice(-2), { id, text }]);
      setTimeout(() => remove(id), SHOWN_MS);
    },
    [remove],
  );
  return (
    <ToastContext value={add}>
      {children}
      <div className={styles['region']} role="status" aria-live="polite">
        {entries.map(({ id, text }) => (
          <div key={id} className={styles['toast']}>
            <span>{text}</span>
            <Button size="small" variant="quiet" label="Dismiss" onClick={() => remove(id)}>
              ×
            </Button>
          </div>
        ))}
      </div>
    </ToastContext>
  );
}
