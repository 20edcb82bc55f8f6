import type { Call } from '../calls/call.ts';
import { builder } from './builder.ts';
import { decodeIdOf } from './ids.ts';
import { inputArgument, logged, resultType } from './mutation.ts';
import { type NotFound, NotFoundErrorType, notFound } from './not-found-error.ts';
import { RealtimeCallType } from './realtime-call-ref.ts';
import { REASON_FIELD, readReason } from './reason.ts';

type Success = { readonly __typename: 'EndRealtimeCallSuccess'; readonly call: Call };

const SuccessType = builder.objectRef<Success>('EndRealtimeCallSuccess').implement({
  description: 'The gateway that watches the call was asked to hang up, or the call had already ended.',
  fields: (t) => ({
    call: t.expose('call', {
      type: RealtimeCallType,
      description:
        'The call as it is now: LIVE until the provider has hung up, which takes about a second. Reading it needs SESSIONS_READ in addition to SESSIONS_REVOKE.',
      authScopes: { scope: 'SESSIONS_READ', person: true },
    }),
  }),
});

const ResultType = resultType('EndRealtimeCallResult', 'The call, or that there is no such call.', [
  SuccessType,
  NotFoundErrorType,
]);

const EndRealtimeCallInput = builder.inputType('EndRealtimeCallInput', {
  description: 'The call to end.',
  fields: (t) => ({
    id: t.id({ required: true, description: 'The value of RealtimeCall.id.' }),
    reason: t.string(REASON_FIELD),
  }),
});

builder.mutationField('endRealtimeCall', (t) =>
  t.field({
    type: ResultType,
    description:
      'Hangs up a call, now. The audit event call.ended is written when it is over, and names you. Idempotent.',
    args: inputArgument(t.arg, EndRealtimeCallInput, 'The call to end, and the reason.'),
    authScopes: { scope: 'SESSIONS_REVOKE', person: true },
    resolve: logged(async ({ input }, context): Promise<Success | NotFound> => {
      const { reader, calls, actor, origin } = context;
      const reason = readReason(input.reason);
      const id = decodeIdOf('RealtimeCall', input.id);
      // A call's owner never changes, so a call that is visible now is visible when its end is asked for.
      const visible = id === null ? null : await reader.call(id);
      const call = visible === null ? null : await calls.requestEnd(visible.id, reason, { actor, origin });
      return call === null ? notFound : { __typename: 'EndRealtimeCallSuccess', call };
    }),
  }),
);
