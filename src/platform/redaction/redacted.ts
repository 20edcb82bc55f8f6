/** Replaces a credential. */
export const REDACTED = '[redacted]';
