import { RouterProvider } from '@tanstack/react-router';
import { useCallback, useState } from 'react';
import { Provider as ApiProvider } from 'urql';
import { setCredential } from './api/credential.ts';
import { type SignIn, signIn } from './auth/sign-in.ts';
import { SignInPage } from './auth/sign-in-page.tsx';
import { SignOutContext } from './auth/sign-out.ts';
import { useIdle } from './auth/use-idle.ts';
import { ViewerContext } from './auth/viewer.ts';
import { router } from './router.tsx';
import { useThemeAttribute } from './shell/use-theme-attribute.ts';
import { ToastProvider } from './ui/toast.tsx';

const IDLE_MS = 15 * 60_000;

export function App() {
  const [signedIn, setSignedIn] = useState<SignIn | null>(null);
  const [notice, setNotice] = useState<string | null>(null);

  const signOut = useCallback((reason: string | null) => {
    setCredential(null);
    setSignedIn(null);
    setNotice(reason);
  }, []);
  useThemeAttribute();
  useIdle(signedIn !== null, IDLE_MS, () =>
    signOut('You were signed out after 15 minutes without any activity.'),
  );

  if (signedIn === null) {
    const onKey = async (key: string) => {
      const result = await signIn(key, () =>
        signOut('The gateway does not accept your credential any more.'),
      );
      if ('error' in result) return result.error;
      setNotice(null);
      setSignedIn(result.signedIn);
      return null;
    };
    return <SignInPage notice={notice} onKey={onKey} />;
  }
  return (
    <ApiProvider value={signedIn.client}>
      <ViewerContext value={signedIn.viewer}>
        <SignOutContext value={signOut}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </SignOutContext>
      </ViewerContext>
    </ApiProvider>
  );
}
