import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import styles from './toast.module.css';

const SHOWN_MS = 6000;
const ToastContext = createContext<(text: string) => void>(() => {});

/** @returns a function that says what has been done: "alice is suspended." Errors belong where they happened. */
export function useToast(): (text: string) => void {
  return useContext(ToastContext);
}

/** Shows what was done last, for a while. One at a time: more would not fit where they are in nobody's way. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [toast, setToast] = useState<{ readonly text: string } | null>(null);
  const add = useCallback((text: string) => setToast({ text }), []);
  const remove = () => setToast(null);
  useEffect(() => {
    if (toast === null) return;
    const timer = setTimeout(() => setToast(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [toast]);
  return (
    <ToastContext value={add}>
      {children}
      <div className={styles['region']} role="status" aria-live="polite">
        {toast !== null && (
          <div className={styles['toast']}>
            <span>{toast.text}</span>
            <Button size="small" variant="quiet" label="Dismiss" onClick={remove}>
              ×
            </Button>
          </div>
        )}
      </div>
    </ToastContext>
  );
}
