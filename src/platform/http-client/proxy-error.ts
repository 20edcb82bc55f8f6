/** A proxy did not open a way to the upstream: nothing was sent there. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  /** e.g. PROXY_407, PROXY_ECONNREFUSED */
  readonly code: string;

  /** @param why the status that the proxy answered, or the code of why it did not answer */
  constructor(why: number | string, options?: ErrorOptions) {
    super('The proxy did not open a connection to the upstream', options);
    // Of its own: undici would take UND_ERR_SOCKET for something that it can mend.
    this.code = `PROXY_${why}`;
  }
}

/** Whether a request failed because a proxy did not pass it on. */
export function isProxyRefusal(error: unknown): boolean {
  // undici's own word for the status of a proxy that passes on http:// requests; it is given no other mark.
  return (
    error instanceof ProxyError ||
    (error instanceof Error && error.message === 'Proxy Authentication Required (407)')
  );
}
