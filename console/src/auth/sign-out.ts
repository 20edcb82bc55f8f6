import { createContext, useContext } from 'react';

export const SignOutContext = createContext<(reason: string | null) => void>(() => {});

/** @returns a function that forgets the credential and everything that was answered, and says why */
export function useSignOut(): (reason: string | null) => void {
  return useContext(SignOutContext);
}
