/** What proves that an answer of the identity provider belongs to this page, while somebody is there. */
export type Pending = {
  readonly verifier: string;
  readonly state: string;
  readonly nonce: string;
  /** Where the console was when somebody signed in. */
  readonly returnTo: string;
};

/** Somebody who comes back from the identity provider, and what it answered. */
export type Returned = { readonly pending: Pending; readonly answer: URLSearchParams };

const KEY = 'gatehouse.sign-in';
const RETURN_PATH = '/console/signed-in';

/** The address that the identity provider sends people back to. It has to be registered there. */
export function redirectUri(): string {
  return `${location.origin}${RETURN_PATH}`;
}

export function keepPending(pending: Pending): void {
  sessionStorage.setItem(KEY, JSON.stringify(pending));
}

/**
 * Takes the answer out of the address, and its proof out of the storage, before anything else happens: both are for one
 * use. The page is then where it was.
 */
export function takeReturn(): Returned | null {
  if (location.pathname !== RETURN_PATH) return null;
  const answer = new URLSearchParams(location.search);
  const pending = takePending();
  history.replaceState(null, '', pending?.returnTo ?? '/console/');
  return pending === null ? null : { pending, answer };
}

function takePending(): Pending | null {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (text === null) return null;
  const { verifier, state, nonce, returnTo }: Record<string, unknown> = JSON.parse(text);
  const isPath = typeof returnTo === 'string' && returnTo.startsWith('/console/');
  return {
    verifier: String(verifier),
    state: String(state),
    nonce: String(nonce),
    returnTo: isPath ? returnTo : '/console/',
  };
}
