/** What the console has to know before anybody has signed in. It is public. */
export type ConsoleSettings = {
  /** How people sign in at the identity provider. Null: only by key. */
  readonly oidc: {
    readonly issuer: string;
    readonly clientId: string;
    /** What the gateway demands of a token as its audience. */
    readonly audience: string;
    readonly scope: string;
  } | null;
  /** Where a browser opens calls with the client secrets of the provider "openai". Null: nowhere. */
  readonly callsUrl: string | null;
};
