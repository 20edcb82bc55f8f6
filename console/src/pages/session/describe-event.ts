// What an audit event of a session says, in words. The details are closed by the server (docs/audit.md); of events of
// other versions only what can be read is said.

import { callEnds, END_WORDS } from '../calls/words.ts';

export type EventText = { readonly title: string; readonly detail: string | null };

type Detail = Readonly<Record<string, unknown>>;
type Describe = (detail: Detail) => EventText;

const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  'session.requested': (detail) => ({
    title: 'Requested, and reserved',
    detail: sentence([
      text(detail['model']),
      prefixed('at ', detail['provider']),
      prefixed('for ', seconds(detail['expiresAfterSeconds'])),
    ]),
  }),
  'session.issued': (detail) => ({
    title: 'Client secret issued',
    detail: prefixed('Provider’s id ', detail['upstreamSessionId']),
  }),
  'session.failed': (detail) => ({ title: 'Failed: no secret exists', detail: failure(detail) }),
  'session.unconfirmed': (detail) => ({
    title: 'Outcome unknown: a secret may exist at the provider',
    detail: failure(detail),
  }),
  'session.denied': (detail) => ({ title: 'Denied', detail: text(detail['reason']) }),
  'session.revoked': (detail) => ({ title: 'Revoked', detail: prefixed('Reason: ', detail['reason']) }),
  'session.expired': () => ({ title: 'Client secret expired', detail: null }),
  'usage.reported': (detail) => ({
    title: detail['replaced'] === true ? 'Usage reported by the application' : 'Usage reported',
    detail: sentence([
      typeof detail['totalTokens'] === 'number'
        ? `${detail['totalTokens'].toLocaleString('en')} tokens`
        : null,
      text(detail['model']),
      cost(detail['costUsd']),
      detail['counted'] === false ? 'not counted: the application reported it, too' : null,
    ]),
  }),
  'usage.conflicted': (detail) => ({
    title: 'Usage report refused: reported before with other numbers',
    detail: prefixed('Response ', detail['responseId']),
  }),
  'usage.corrected': (detail) => ({
    title: 'Usage corrected',
    detail: prefixed('Response ', detail['responseId']),
  }),
  'call.opened': () => ({ title: 'Call opened, and watched', detail: null }),
  'call.ended': (detail) => ({ title: 'Call ended', detail: callEnd(detail) }),
  'call.drifted': (detail) => ({
    title: 'The browser changed the config of the call',
    detail: Array.isArray(detail['fields']) ? prefixed('Fields: ', detail['fields'].join(', ')) : null,
  }),
  'secret.identified': () => ({ title: 'Its client secret was looked up as leaked', detail: null }),
};

/** A title, and one line of what matters most. Without a description the action itself is the title. */
export function describeEvent(action: string, detail: unknown): EventText {
  const describe = Object.hasOwn(DESCRIPTIONS, action) ? DESCRIPTIONS[action] : undefined;
  if (describe === undefined) return { title: action, detail: null };
  return describe(isDetail(detail) ? detail : {});
}

function callEnd({ endReason, reason }: Detail): string | null {
  const known = callEnds.find((name) => name === endReason);
  return sentence([
    known === undefined ? text(endReason) : END_WORDS[known].sentence,
    prefixed('Reason: ', reason),
  ]);
}

function failure(detail: Detail): string | null {
  const status = typeof detail['upstreamStatus'] === 'number' ? `HTTP ${detail['upstreamStatus']}` : null;
  return sentence([text(detail['code']), status, text(detail['upstreamCode'])]);
}

function cost(value: unknown): string | null {
  if (value === null) return 'cost unknown';
  return prefixed('$', value);
}

function seconds(value: unknown): string | null {
  return typeof value === 'number' ? `${value} s` : null;
}

function prefixed(prefix: string, value: unknown): string | null {
  const suffix = text(value);
  return suffix === null ? null : `${prefix}${suffix}`;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function sentence(parts: readonly (string | null)[]): string | null {
  const present = parts.filter((part) => part !== null);
  return present.length === 0 ? null : present.join(' · ');
}

function isDetail(value: unknown): value is Detail {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
