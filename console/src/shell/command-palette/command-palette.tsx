import { Dialog } from '@base-ui/react/dialog';
import { useEffect, useState } from 'react';
import styles from './command-palette.module.css';
import { PaletteSearch } from './palette-search.tsx';

/** Ctrl-K: goes to a page, a session or a user, and takes secrets to where they are looked up. */
export function CommandPalette() {
  const [open, setOpen] = useState(false);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (
        event.key.toLowerCase() !== 'k' ||
        !(event.ctrlKey || event.metaKey) ||
        event.altKey ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      setOpen((before) => !before);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);

  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger className={styles['trigger']} aria-keyshortcuts="Control+K Meta+K">
        <span>Search</span>
        <kbd className={styles['key']}>Ctrl K</kbd>
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles['backdrop']} />
        <Dialog.Popup className={styles['popup']}>
          <Dialog.Title className={styles['title']}>Go to a page, a session or a user</Dialog.Title>
          <PaletteSearch onGone={() => setOpen(false)} />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
