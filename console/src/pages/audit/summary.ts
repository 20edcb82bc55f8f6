import { isObject } from './detail.ts';

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
    case 'policy.set':
      return Object.keys(detail)
        .filter((key) => key !== 'applicationId')
        .map((key) => key.replaceAll('_', ' '))
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
  const [reason, limit, used] = [detail['reason'], words(detail['limit']), words(detail['used'])];
  if (reason === 'quota') return `${words(detail['quota'])}: ${used} of ${limit} used`;
  if (reason === 'policy') return `policy: ${words(detail['rule'])}, allowed: ${words(detail['allowed'])}`;
  return words(reason);
}

function words(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return value.toLocaleString('en');
  return Array.isArray(value) ? value.map(words).join(', ') : '';
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}
