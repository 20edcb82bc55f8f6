import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useHasScope } from '../../auth/viewer.ts';
import { type FragmentType, readFragment } from '../../gql/fragment-masking.ts';
import type { LeakedSessionFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { Fact, Facts } from '../../ui/facts.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import styles from './leaked-session.module.css';
import { NextSteps } from './next-steps.tsx';
import type { RevokedState } from './revoke-step.tsx';
import { SessionStatus } from './session-status.tsx';

export const LEAKED_SESSION = graphql(/* GraphQL */ `
  fragment LeakedSession on RealtimeSession {
    id
    status
    provider
    model
    upstreamSessionId
    createdAt
    revokedAt
    exposedUntil
    application {
      id
      name
    }
    user {
      id
      externalId
      suspendedAt @include(if: $withUser)
    }
    clientSecret {
      redacted
      expiresAt
      isExpired
    }
  }
`);

/** Whose the secret is, and what may still be running. */
export function LeakedSession({
  session: masked,
}: {
  readonly session: FragmentType<typeof LEAKED_SESSION>;
}) {
  const identified = readFragment(LEAKED_SESSION, masked);
  const [change, setChange] = useState<RevokedState>({});
  const session = { ...identified, ...change };
  return (
    <div className={styles['result']}>
      <section className={styles['card']} aria-labelledby="leaked-belongs">
        <h2 id="leaked-belongs">It belongs to {session.user.externalId ?? 'an erased user'}</h2>
        <SessionFacts session={session} />
      </section>
      <NextSteps session={session} onRevoked={setChange} />
    </div>
  );
}

function SessionFacts({ session }: { readonly session: LeakedSessionFragment }) {
  const seesSessions = useHasScope('SESSIONS_READ');
  const name = session.upstreamSessionId ?? session.id.slice(-12);
  return (
    <Facts>
      <Fact name="Session">
        {seesSessions ? (
          <Link to="/sessions/$id" params={{ id: session.id }}>
            {name}
          </Link>
        ) : (
          name
        )}{' '}
        <SessionStatus status={session.status} />
      </Fact>
      <Fact name="Secret">
        <code>{session.clientSecret?.redacted}</code>
        {session.clientSecret && (
          <>
            , {session.clientSecret.isExpired ? 'expired' : 'expires'}{' '}
            <RelativeTime at={session.clientSecret.expiresAt} />
          </>
        )}
      </Fact>
      <Fact name="Application">{session.application.name}</Fact>
      <Fact name="Provider and model">
        {session.provider}, {session.model}
      </Fact>
      <Fact name="Created">
        <RelativeTime at={session.createdAt} exact />
      </Fact>
    </Facts>
  );
}
