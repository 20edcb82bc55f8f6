import type { ApiError } from '../api/api-error.ts';
import type { Tokens } from './oidc.ts';
import { takeReturn } from './oidc-return.ts';
import { type OidcSettings, oidcSettings } from './settings.ts';

/** What came of signing in at the identity provider. */
export type Arrival =
  | { readonly tokens: Tokens; readonly settings: OidcSettings }
  | { readonly error: ApiError };

/** Finishes signing in for somebody who comes back from the identity provider. Null: nobody does. */
export function arrive(): Promise<Arrival> | null {
  const returned = takeReturn();
  if (returned === null) return null;
  return finish().catch((error: unknown) => ({ error: signInError(error) }));

  async function finish(): Promise<Arrival> {
    const settings = await oidcSettings();
    if (settings === null || returned === null) throw new Error('The gateway does not say where to sign in.');
    const { exchangeCode } = await import('./oidc.ts');
    return { tokens: await exchangeCode(settings, returned), settings };
  }
}

/** Goes to the identity provider. @returns what kept it from doing so */
export async function leave(settings: OidcSettings): Promise<ApiError> {
  try {
    const { goToProvider } = await import('./oidc.ts');
    await goToProvider(settings, location.pathname + location.search);
    // The page is about to be left, and the button stays pressed until then.
    return await new Promise(() => {});
  } catch (error) {
    return signInError(error);
  }
}

function signInError(error: unknown): ApiError {
  const described = error instanceof Error && 'error_description' in error ? error.error_description : null;
  const reason =
    typeof described === 'string'
      ? described
      : error instanceof Error
        ? error.message
        : 'No reason is known.';
  return {
    message: `Signing in at the identity provider failed: ${reason}`,
    code: 'SIGN_IN',
    requestId: null,
  };
}
