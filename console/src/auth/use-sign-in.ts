import { useCallback, useEffect, useState } from 'react';
import type { ApiError } from '../api/api-error.ts';
import { setCredential } from '../api/credential.ts';
import type { Arrival } from './arrive.ts';
import { keepRenewing } from './keep-renewing.ts';
import { type SignIn, signIn } from './sign-in.ts';
import { startAnew, takeNotice } from './start-anew.ts';

export type SignInState = {
  readonly signedIn: SignIn | null;
  /** Somebody comes back from the identity provider, and is not signed in yet. */
  readonly arriving: boolean;
  /** Why somebody who was signed in is not any more. */
  readonly notice: string | null;
  readonly arrivalError: ApiError | null;
  readonly signInByKey: (key: string) => Promise<ApiError | null>;
  readonly signOut: (reason: string | null) => void;
};

const REFUSED = 'The gateway does not accept your credential any more. It has expired or was revoked.';
const ENDED = 'Your sign-in at the identity provider has ended. Sign in again to go on.';

/** Who is signed in, and how that changes. */
export function useSignIn(arrival: Promise<Arrival> | null): SignInState {
  const [signedIn, setSignedIn] = useState<SignIn | null>(null);
  const [arriving, setArriving] = useState(arrival !== null);
  const [notice, setNotice] = useState<string | null>(null);
  useEffect(() => setNotice((current) => takeNotice() ?? current), []);
  const [arrivalError, setArrivalError] = useState<ApiError | null>(null);

  const signOut = useCallback((reason: string | null) => {
    setCredential(null);
    setSignedIn(null);
    startAnew(reason);
  }, []);

  const enter = useCallback(
    async (credential: string): Promise<ApiError | null> => {
      const result = await signIn(credential, () => signOut(REFUSED));
      setArrivalError(null);
      if ('error' in result) return result.error;
      setNotice(null);
      setSignedIn(result.signedIn);
      return null;
    },
    [signOut],
  );

  useEffect(() => {
    let current = true;
    void arrival?.then(async (result) => {
      if (!current) return;
      setArrivalError('error' in result ? result.error : await enterFromProvider(result));
      setArriving(false);
    });
    return () => {
      current = false;
    };

    async function enterFromProvider({ tokens, settings }: Exclude<Arrival, { error: ApiError }>) {
      const error = await enter(tokens.token);
      if (error === null) keepRenewing(settings, tokens, () => signOut(ENDED));
      return error;
    }
  }, [arrival, enter, signOut]);

  return { signedIn, arriving, notice, arrivalError, signInByKey: enter, signOut };
}
