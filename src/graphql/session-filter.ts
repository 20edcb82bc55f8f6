import { isStorable } from '../platform/validation/text.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import type { SessionOrder } from '../sessions/session-order.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { LabelInput } from './session-inputs.ts';
import { SessionTypeEnum } from './session-parts.ts';
import { StatusEnum } from './session-status.ts';

export const SessionOrderEnum = builder.enumType('RealtimeSessionOrder', {
  description: 'What sessions are sorted by.',
  values: {
    CREATED_AT_DESC: { description: 'Newest first.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    EXPIRES_AT_ASC: { description: 'Those that expire next first: ACTIVE ones only.' },
  } satisfies Record<SessionOrder, object>,
});

export const SessionFilterInput = builder.inputType('RealtimeSessionFilter', {
  description:
    'Which sessions are meant: those that fit every field that is given. A list means any of its values; an empty one, or an id of nothing that you see, means none.',
  fields: (t) => ({
    userId: t.id({ description: 'Of the user with that id.' }),
    externalUserId: t.string({ description: 'Of the user that the applications know by that identifier.' }),
    applicationId: t.id({ description: 'That this application asked for.' }),
    upstreamSessionId: t.string({ description: 'That the provider calls so, e.g. "sess_…".' }),
    statuses: t.field({ type: [StatusEnum], description: 'By what they are now.' }),
    types: t.field({ type: [SessionTypeEnum], description: 'Realtime or transcription sessions.' }),
    models: t.stringList({ description: 'By model, exactly.' }),
    providers: t.stringList({ description: 'By the provider that issued them, e.g. "openai".' }),
    createdFrom: t.field({ type: 'DateTime', description: 'Reserved at that moment or later.' }),
    createdTo: t.field({ type: 'DateTime', description: 'Reserved before that moment.' }),
    expiresBefore: t.field({ type: 'DateTime', description: 'ACTIVE now and expiring before this moment.' }),
    labels: t.field({ type: [LabelInput], description: 'Having each of these labels.' }),
  }),
});

type Given = typeof SessionFilterInput.$inferInput;

/** A filter as the ledger takes it; null when nothing can fit it: an id of something else, text that nothing can be. */
export function sessionFilterOf(given: Given | null | undefined): SessionFilter | null {
  const { userId, applicationId, ...rest } = given ?? {};
  const user = userId == null ? undefined : decodeIdOf('User', userId);
  const application = applicationId == null ? undefined : decodeIdOf('Application', applicationId);
  if (user === null || application === null || !canMatch(rest)) return null;
  return { ...rest, userId: user, applicationId: application };
}

/** PostgreSQL has no NUL in text: what holds one is nobody's, and cannot be asked for. */
function canMatch(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (Array.isArray(value)) return value.every(canMatch);
  if (value instanceof Date || typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(canMatch);
}
