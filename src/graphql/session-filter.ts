import { isStorable } from '../platform/validation/text.ts';
import type { SessionFilter } from '../sessions/session-filter.ts';
import type { SessionOrder } from '../sessions/session-order.ts';
import { builder } from './builder.ts';
import { BadInputError } from './errors.ts';
import { failureCodes } from './failure-message.ts';
import { decodeIdOf } from './ids.ts';
import { atMost, MAX_LIST_LENGTH } from './list-limit.ts';
import { ConnectionKindEnum, SessionTypeEnum } from './session-config.ts';
import { LabelInput } from './session-inputs.ts';
import { StatusEnum } from './session-status.ts';

export const SessionOrderEnum = builder.enumType('RealtimeSessionOrder', {
  description: 'The order of a listing of sessions.',
  values: {
    CREATED_AT_DESC: { description: 'Newest first.' },
    CREATED_AT_ASC: { description: 'Oldest first.' },
    EXPIRES_AT_ASC: { description: 'The next to expire first. Lists ACTIVE sessions only.' },
  } satisfies Record<SessionOrder, object>,
});

export const SessionFilterInput = builder.inputType('RealtimeSessionFilter', {
  description:
    'Sessions that match all given fields. A list matches any of its values; an empty list, or an id of a record that you may not see, matches nothing.',
  fields: (t) =>
    ({
      userId: t.id({ description: 'Sessions of this user.' }),
      externalUserId: t.string({
        description: 'Sessions of the user for whom the applications use this identifier.',
      }),
      applicationId: t.id({ description: 'Sessions that this application requested.' }),
      upstreamSessionId: t.string({
        description: 'The session to which the provider gave this identifier, e.g. "sess_…".',
      }),
      statuses: t.field({
        type: [StatusEnum],
        ...atMost(MAX_LIST_LENGTH, 'Sessions that have one of these statuses now.'),
      }),
      types: t.field({ type: [SessionTypeEnum], ...atMost(MAX_LIST_LENGTH, 'Sessions of these types.') }),
      models: t.stringList(atMost(MAX_LIST_LENGTH, 'Sessions with one of these models.')),
      providers: t.stringList(atMost(MAX_LIST_LENGTH, 'Sessions of one of these providers, e.g. "openai".')),
      createdFrom: t.field({
        type: 'DateTime',
        description: 'Sessions that were reserved at this time or later.',
      }),
      createdTo: t.field({ type: 'DateTime', description: 'Sessions that were reserved before this time.' }),
      expiresBefore: t.field({
        type: 'DateTime',
        description: 'Sessions that are ACTIVE now and expire before this time.',
      }),
      failureCodes: t.stringList(
        atMost(
          MAX_LIST_LENGTH,
          `Sessions for which there is no secret for one of these reasons, by SessionFailure.code: ${failureCodes.join(', ')}.`,
        ),
      ),
      exposedAfter: t.field({
        type: 'DateTime',
        description:
          'Sessions of which something may still be running at this time: those whose exposedUntil is not earlier.',
      }),
      connections: t.field({
        type: [ConnectionKindEnum],
        ...atMost(MAX_LIST_LENGTH, 'Sessions that are connected in one of these ways.'),
      }),
      labels: t.field({
        type: [LabelInput],
        ...atMost(MAX_LIST_LENGTH, 'Sessions that have all of these labels.'),
      }),
    }) satisfies Record<keyof SessionFilter, object>,
});

type FilterInput = typeof SessionFilterInput.$inferInput;

/**
 * The filter with its ids decoded. Null when no session can match: an id of another type, or text with a NUL.
 * @throws BadInputError when it names a failure code that does not exist
 */
export function sessionFilterOf(input: FilterInput | null | undefined): SessionFilter | null {
  const { userId, applicationId, ...rest } = input ?? {};
  if (rest.failureCodes?.some((code) => !failureCodes.includes(code)))
    throw new BadInputError('filter.failureCodes', `can have ${failureCodes.join(', ')}`);
  const user = userId == null ? undefined : decodeIdOf('User', userId);
  const application = applicationId == null ? undefined : decodeIdOf('Application', applicationId);
  if (user === null || application === null || !canMatch(rest)) return null;
  return { ...rest, userId: user, applicationId: application };
}

/** PostgreSQL cannot store a NUL in text, so nothing equals a text that has one. */
function canMatch(value: unknown): boolean {
  if (typeof value === 'string') return isStorable(value);
  if (Array.isArray(value)) return value.every(canMatch);
  return typeof value !== 'object' || value === null || Object.values(value).every(canMatch);
}
