import type { SessionRequest, Tool } from './session-config.ts';

/** How clients connect. BROKERED: Gatehouse opens the call, watches it and ends it. */
export const CONNECTION_KINDS = ['DIRECT', 'BROKERED'] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** What a BROKERED session was asked for, as it is stored until its call ends: a request without any credential. */
export type CallRequest = Omit<SessionRequest, 'tools'> & { readonly tools?: readonly Tool[] | undefined };
