import type { RealtimeCallEnd, RealtimeCallStatus } from '../../gql/graphql.ts';
import type { Tone } from '../../ui/badge.tsx';

export const callStatuses = ['CONNECTING', 'LIVE', 'UNCERTAIN', 'ENDED'] as const;

export const STATUS_WORDS = {
  CONNECTING: { label: 'Connecting', tone: 'info' },
  LIVE: { label: 'Live', tone: 'good' },
  UNCERTAIN: { label: 'Uncertain', tone: 'warning' },
  ENDED: { label: 'Ended', tone: 'neutral' },
} as const satisfies Record<RealtimeCallStatus, { label: string; tone: Tone }>;

export const callEnds = [
  'CLIENT_ENDED',
  'DEADLINE',
  'IDLE',
  'BUDGET',
  'REVOKED',
  'SUSPENDED',
  'OPERATOR',
  'UPSTREAM_ENDED',
  'UPSTREAM_REFUSED',
  'ATTACH_FAILED',
  'WATCH_LOST',
  'UNKNOWN',
] as const;

/** Why a call ended: a name for lists, and a sentence. */
export const END_WORDS = {
  CLIENT_ENDED: { label: 'Ended by its user', sentence: 'Its user asked for the end.' },
  DEADLINE: { label: 'Deadline', sentence: 'It lasted as long as the policy allows.' },
  IDLE: { label: 'Nobody spoke', sentence: 'Nobody had spoken for as long as is allowed.' },
  BUDGET: { label: 'Budget used up', sentence: 'The budget of the user was used up.' },
  REVOKED: { label: 'Revoked', sentence: 'The session was revoked, or its user erased.' },
  SUSPENDED: { label: 'User suspended', sentence: 'The user was suspended.' },
  OPERATOR: { label: 'Hung up', sentence: 'An operator or an application asked for the end.' },
  UPSTREAM_ENDED: { label: 'Ended at the provider', sentence: 'The provider said that it is over.' },
  UPSTREAM_REFUSED: {
    label: 'Refused by the provider',
    sentence: 'The provider refused the offer: there was no call.',
  },
  ATTACH_FAILED: {
    label: 'Could not be watched',
    sentence: 'Gatehouse could not watch it from the beginning, and hung up.',
  },
  WATCH_LOST: {
    label: 'Watch lost',
    sentence: 'Gatehouse could not watch it any longer, and hung up.',
  },
  UNKNOWN: {
    label: 'Unknown',
    sentence: 'Nobody saw the end, and by now the provider must have ended it.',
  },
} as const satisfies Record<RealtimeCallEnd, { label: string; sentence: string }>;
