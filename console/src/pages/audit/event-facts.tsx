import { Link } from '@tanstack/react-router';
import type { AuditEventFactsFragment } from '../../gql/graphql.ts';
import { graphql } from '../../gql/index.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { actorKindName, OutcomeBadge } from './actor.tsx';
import { ApplicationConcerned } from './application-concerned.tsx';
import { EventDetail } from './event-detail.tsx';

export const AUDIT_EVENT = graphql(/* GraphQL */ `
  fragment AuditEventFacts on AuditEvent {
    id
    sequence
    at
    action
    outcome
    detail
    requestId
    ipAddress
    userAgent
    actor {
      kind
      name
      application {
        id
        name
      }
      apiKey {
        id
        name
        redacted
      }
      user {
        id
        externalId
      }
    }
    application {
      id
      name
    }
    user {
      id
      externalId
    }
    session @include(if: $withSessions) {
      id
      upstreamSessionId
    }
  }
`);

export function EventFacts({ event }: { readonly event: AuditEventFactsFragment }) {
  const { actor, user, session, application } = event;
  return (
    <>
      <Facts>
        <Fact name="Action">
          <code>{event.action}</code> <OutcomeBadge outcome={event.outcome} />
        </Fact>
        <Fact name="When">
          <RelativeTime at={event.at} exact />
        </Fact>
        <Fact name="By">
          {actor.name} ({actorKindName(actor.kind)})
          {actor.application && actor.application.name !== actor.name && <> of {actor.application.name}</>}
          {actor.apiKey && (
            <>
              {' '}
              with the key {actor.apiKey.name} <code>{actor.apiKey.redacted}</code>
            </>
          )}
        </Fact>
        {user && (
          <Fact name="User">
            <Link to="/users/$id" params={{ id: user.id }}>
              {user.externalId ?? 'erased user'}
            </Link>{' '}
            ·{' '}
            <Link to="/audit" search={{ userId: user.id }}>
              all events about this user
            </Link>
          </Fact>
        )}
        {session && (
          <Fact name="Session">
            <Link to="/sessions/$id" params={{ id: session.id }}>
              {session.upstreamSessionId ?? 'open it'}
            </Link>{' '}
            ·{' '}
            <Link to="/audit" search={{ sessionId: session.id }}>
              all events about this session
            </Link>
          </Fact>
        )}
        {application && (
          <ApplicationConcerned application={application} action={event.action} detail={event.detail} />
        )}
        {event.requestId !== null && (
          <Fact name="Request">
            <Link to="/audit" search={{ requestId: event.requestId }}>
              <code>{event.requestId}</code>
            </Link>{' '}
            <CopyButton text={event.requestId} label="Copy request id" />
          </Fact>
        )}
        {event.ipAddress !== null && <Fact name="Address">{event.ipAddress}</Fact>}
        {event.userAgent !== null && <Fact name="User agent">{event.userAgent}</Fact>}
        <Fact name="Number in the trail">
          {event.sequence === null ? 'not sealed yet' : `${event.sequence.toLocaleString('en')}, sealed`}
        </Fact>
      </Facts>
      <EventDetail action={event.action} detail={event.detail} />
    </>
  );
}
