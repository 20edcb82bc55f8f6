import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useSignOut } from '../auth/sign-out.ts';
import { useViewer } from '../auth/viewer.ts';
import { Button } from '../ui/button.tsx';
import { CommandPalette } from './command-palette/command-palette.tsx';
import styles from './layout.module.css';
import { destinationsOf } from './navigation.ts';
import { Switches } from './switches.tsx';

/** What is around every page: where one can go, who one is, and the page itself. */
export function Layout() {
  const viewer = useViewer();
  const signOut = useSignOut();
  const { pathname } = useLocation();
  const [open, setOpen] = useState(false);
  const page = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    setOpen(false);
    window.scrollTo(0, 0);
    // Whoever uses the keyboard or listens goes on in the new page.
    page.current?.focus({ preventScroll: true });
  }, [pathname]);

  return (
    <div className={styles['layout']}>
      <a className={styles['skip']} href="#page">
        Skip to the page
      </a>
      <header className={styles['bar']}>
        <Link to="/" className={styles['brand']}>
          Gatehouse
        </Link>
        <CommandPalette />
        <span className={styles['menu']}>
          <Button variant="quiet" pressed={open} onClick={() => setOpen(!open)}>
            Menu
          </Button>
        </span>
      </header>
      <div className={styles['side']} data-open={open ? '' : undefined}>
        <div className={styles['sticky']}>
          <nav aria-label="Pages">
            <ul className={styles['links']}>
              {destinationsOf(viewer).map(({ to, label }) => (
                <li key={to}>
                  <Link
                    to={to}
                    className={styles['link']}
                    activeOptions={{ exact: to === '/', includeSearch: false }}
                  >
                    {label}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          <div className={styles['foot']}>
            <Switches />
            <p className={styles['viewer']}>
              Signed in as <strong>{viewer.name}</strong>
            </p>
            <Button size="small" onClick={() => signOut(null)}>
              Sign out
            </Button>
          </div>
        </div>
      </div>
      <main id="page" ref={page} className={styles['page']} tabIndex={-1}>
        <Outlet />
      </main>
    </div>
  );
}
