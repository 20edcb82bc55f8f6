/**
 * The credential of whoever is signed in. It is here and nowhere else: not in storage, not in a URL, not in React's state,
 * and gone when the page is.
 */
let credential: string | null = null;

export function setCredential(value: string | null): void {
  credential = value;
}

export function authorization(): Record<string, string> {
  return credential === null ? {} : { authorization: `Bearer ${credential}` };
}
