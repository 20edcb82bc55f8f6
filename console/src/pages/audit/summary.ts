import { choiceName, isObject, labelOf } from './detail.ts';

/** A few words that tell an event from others of its action; empty when its detail has none. */
export function summaryOf(action: string, detail: unknown): string {
  if (!isObject(detail)) return '';
  const say = (key: string) => words(detail[key]);
  switch (action) {
    case 'session.requested':
      return joined(say('model'), say('provider'));
    case 'session.denied':
      return denial(detail);
    case 'session.failed':
    case 'session.unconfirmed':
      return joined(say('code'), say('upstreamCode'));
    case 'session.revoked':
    case 'user.suspended':
    case 'user.reinstated':
      return say('reason');
    case 'usage.reported':
      return joined(say('model'), say('totalTokens') === '' ? '' : `${say('totalTokens')} tokens`);
    case 'call.ended':
      return choiceName(say('endReason'));
    case 'call.drifted':
      return words(detail['fields']);
    case 'policy.set':
      return Object.keys(detail)
        .filter((key) => key !== 'applicationId')
        .map(labelOf)
        .join(', ');
    case 'application.created':
    case 'api_key.created':
    case 'api_key.revoked':
      return say('name');
    case 'access.denied':
      return words(detail['fields']);
    case 'partition.dropped':
    case 'trail.checkpointed':
      return say('partition');
    default:
      return '';
  }
}

function denial(detail: Readonly<Record<string, unknown>>): string {
  const say = (key: string) => choiceName(words(detail[key]));
  if (detail['reason'] === 'quota') return `${say('quota')}: ${say('used')} of ${say('limit')} used`;
  if (detail['reason'] === 'policy') return `${say('rule')}: ${say('allowed')} allowed`;
  return say('reason');
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value.toLocaleString('en');
  return Array.isArray(value) ? value.map(words).join(', ') : '';
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
