import type { LimitName, Policy } from './policy.ts';

/** What a change means, and until when, as milliseconds since 1970 where that is known. */
export type Consequence = { readonly text: string; readonly until: number | null; readonly blocks: boolean };

/** The limits that are rules for each request: what they mean does not depend on what was used. */
type RuleName = Exclude<
  LimitName,
  'maxActiveSessions' | 'maxMintsPerMinute' | 'maxMintsPerDay' | 'monthlyBudgetUsd'
>;

/** What it means that a rule becomes what `after` says. */
export function ruleConsequence(name: RuleName, after: Policy): Consequence {
  switch (name) {
    case 'maxTtlSeconds':
      return goesOn(
        `A request for more than ${after.maxTtlSeconds.toLocaleString('en-US')} seconds is refused. Secrets that were handed out keep their lifetime.`,
      );
    case 'maxCallSeconds':
      return goesOn(callLengthText(after.maxCallSeconds));
    case 'brokeredOnly':
      return goesOn(brokeredOnlyText(after.brokeredOnly));
    case 'allowedModels':
      return listConsequence('model', after.allowedModels);
    case 'allowedProviders':
      return listConsequence('provider', after.allowedProviders);
    default:
      return name satisfies never;
  }
}

function callLengthText(seconds: number): string {
  return `Gatehouse hangs up after ${seconds.toLocaleString('en-US')} seconds. A request for a longer call is refused. Calls that are running keep their deadline.`;
}

function brokeredOnlyText(only: boolean): string {
  return only
    ? 'A request for a direct session is refused. Secrets of direct sessions that were handed out keep working until they expire.'
    : 'Direct sessions are allowed: Gatehouse cannot end what is opened with their secrets.';
}

function listConsequence(noun: 'model' | 'provider', allowed: readonly string[] | null): Consequence {
  if (allowed === null) return goesOn(`Every ${noun} is allowed.`);
  if (allowed.length === 0) return blocks(`No ${noun} is allowed, so no session. What runs is not stopped.`);
  return goesOn(`A session with any other ${noun} is refused. What runs is not stopped.`);
}

export function goesOn(text: string): Consequence {
  return { text, until: null, blocks: false };
}

export function blocks(text: string, until: number | null = null): Consequence {
  return { text, until, blocks: true };
}
