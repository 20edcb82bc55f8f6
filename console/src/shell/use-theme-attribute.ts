import { useLayoutEffect } from 'react';
import { useTheme } from '../ui/preferences.ts';

/** Writes the theme where tokens.css reads it: the chosen one, or the system's. */
export function useThemeAttribute(): void {
  const [theme] = useTheme();
  useLayoutEffect(() => {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const apply = () => {
      document.documentElement.dataset['theme'] =
        theme === 'system' ? (dark.matches ? 'dark' : 'light') : theme;
    };
    apply();
    dark.addEventListener('change', apply);
    return () => dark.removeEventListener('change', apply);
  }, [theme]);
}
