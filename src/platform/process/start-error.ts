/** The gateway cannot start. The message says why, in words for an operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
