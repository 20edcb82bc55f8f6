/** Why the gateway cannot start, in words for an operator. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
