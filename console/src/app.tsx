import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { Provider as ApiProvider } from 'urql';
import { ApiContext } from './api/client.ts';
import type { Arrival } from './auth/arrive.ts';
import { SignInPage } from './auth/sign-in-page.tsx';
import { SignOutContext } from './auth/sign-out.ts';
import { useIdle } from './auth/use-idle.ts';
import { useSignIn } from './auth/use-sign-in.ts';
import { ViewerContext } from './auth/viewer.ts';
import { preloadPage, router } from './router.tsx';
import { useThemeAttribute } from './shell/use-theme-attribute.ts';
import { TipLayer } from './ui/tip-layer.tsx';
import { ToastProvider } from './ui/toast.tsx';

const IDLE_MS = 15 * 60_000;
const IDLE = 'You were signed out after 15 minutes without any activity.';

/** @param arrival somebody who comes back from the identity provider */
export function App({ arrival }: { readonly arrival: Promise<Arrival> | null }) {
  const { signedIn, arriving, notice, arrivalError, signInByKey, signOut } = useSignIn(arrival);
  useThemeAttribute();
  useEffect(preloadPage, []);
  useIdle(signedIn !== null, IDLE_MS, () => signOut(IDLE));

  if (signedIn === null)
    return <SignInPage arriving={arriving} notice={notice} error={arrivalError} onKey={signInByKey} />;
  return (
    <ApiProvider value={signedIn.client}>
      <ApiContext value={signedIn}>
        <ViewerContext value={signedIn.viewer}>
          <SignOutContext value={signOut}>
            <ToastProvider>
              <RouterProvider router={router} />
              <TipLayer />
            </ToastProvider>
          </SignOutContext>
        </ViewerContext>
      </ApiContext>
    </ApiProvider>
  );
}
