import { describe, expect, it } from 'vitest';
import { reaches } from '../../console/src/pages/user/decimal.ts';
import { type CountedSessions, freesUpAt } from '../../console/src/pages/user/frees-up.ts';
import {
  inheritedValue,
  type Overrides,
  type Policy,
  sourceOf,
} from '../../console/src/pages/user/policy.ts';
import { consequenceOf, type Standing } from '../../console/src/pages/user/policy-consequences.ts';
import { draftOf, parseDraft } from '../../console/src/pages/user/policy-draft.ts';
import { nearestLimit } from '../../console/src/pages/users/nearest-limit.ts';

const defaults: Policy = {
  allowedModels: null,
  allowedProviders: null,
  maxTtlSeconds: 7200,
  maxActiveSessions: 10,
  maxMintsPerMinute: 30,
  maxMintsPerDay: 500,
  monthlyBudgetUsd: null,
  maxCallSeconds: 3600,
  brokeredOnly: false,
};
const nothing: Overrides = {
  ...{ allowedModels: null, allowedProviders: null, maxTtlSeconds: null, monthlyBudgetUsd: null },
  ...{ maxCallSeconds: null, brokeredOnly: null },
  ...{ maxActiveSessions: null, maxMintsPerMinute: null, maxMintsPerDay: null },
};
const at = (seconds: number) => new Date(Date.UTC(2026, 10, 29) + seconds * 1000).toISOString();
const counted: CountedSessions = {
  newest: [at(500), at(450), at(400)],
  oldest: [at(500), at(450), at(400)],
  activeEnds: [at(900), at(700), at(800)],
};
const standing: Standing = {
  used: { ACTIVE_SESSIONS: 3, MINTS_PER_MINUTE: 2, MINTS_PER_DAY: 3 },
  counted,
  usedUsd: '0.5688',
  nextMonthAt: Date.UTC(2026, 11, 1),
};

describe('where a limit comes from', () => {
  const layers = {
    own: { ...nothing, maxTtlSeconds: 60 },
    application: { ...nothing, maxTtlSeconds: 120, maxActiveSessions: 3 },
    defaults,
    effective: { ...defaults, maxTtlSeconds: 60, maxActiveSessions: 3 },
  };

  it('is the nearest that sets it', () => {
    expect(sourceOf('maxTtlSeconds', layers)).toBe('own');
    expect(sourceOf('maxActiveSessions', layers)).toBe('application');
    expect(sourceOf('maxMintsPerDay', layers)).toBe('default');
  });

  it('is not guessed where the caller may not see the limits of the application', () => {
    expect(sourceOf('maxActiveSessions', { ...layers, application: null })).toBe('inherited');
    expect(inheritedValue('maxTtlSeconds', { ...layers, application: null })).toBeUndefined();
    expect(inheritedValue('maxActiveSessions', { ...layers, application: null })).toBe(3);
  });

  it('says what would apply without the limit of the user', () => {
    expect(inheritedValue('maxTtlSeconds', layers)).toBe(120);
    expect(inheritedValue('maxTtlSeconds', { ...layers, application: nothing })).toBe(7200);
  });
});

describe('a quota frees up', () => {
  it.each([
    ['ACTIVE_SESSIONS', 3, at(700)],
    ['ACTIVE_SESSIONS', 1, at(900)],
    ['MINTS_PER_DAY', 3, at(400 + 86_400)],
    ['MINTS_PER_DAY', 1, at(500 + 86_400)],
    ['MINTS_PER_MINUTE', 2, at(450 + 60)],
  ] as const)('%s with a limit of %i', (quota, limit, when) => {
    expect(freesUpAt({ quota, used: standing.used[quota], limit }, counted)).toBe(Date.parse(when));
  });

  it('at once when it is not used up, and never when it is 0', () => {
    expect(freesUpAt({ quota: 'MINTS_PER_DAY', used: 3, limit: 4 }, counted)).toBeNull();
    expect(freesUpAt({ quota: 'MINTS_PER_DAY', used: 3, limit: 0 }, counted)).toBeNull();
  });

  it('at an unknown time when the caller sees fewer sessions than are counted', () => {
    expect(freesUpAt({ quota: 'ACTIVE_SESSIONS', used: 4, limit: 4 }, counted)).toBeUndefined();
    expect(freesUpAt({ quota: 'MINTS_PER_DAY', used: 4, limit: 4 }, counted)).toBeUndefined();
    expect(freesUpAt({ quota: 'MINTS_PER_DAY', used: 3, limit: 3 }, null)).toBeUndefined();
  });

  it('by the oldest sessions, when the limit is beyond the newest hundred', () => {
    const many = Array.from({ length: 150 }, (_, index) => at(1000 - index));
    const of150 = { newest: many.slice(0, 100), oldest: many.slice(-100), activeEnds: [] };
    const freed = freesUpAt({ quota: 'MINTS_PER_DAY', used: 150, limit: 140 }, of150);
    expect(freed).toBe(Date.parse(many[139] ?? '') + 86_400_000);
  });
});

describe('a change of a limit', () => {
  it('names how many sessions count, and until when no new one is issued', () => {
    const consequence = consequenceOf('maxActiveSessions', { ...defaults, maxActiveSessions: 2 }, standing);
    expect(consequence).toEqual({
      text: '3 sessions count as active now; no new one until',
      until: Date.parse(at(800)),
      blocks: true,
    });
  });

  it('says that a budget which is used up refuses until the next month', () => {
    const after = { ...defaults, monthlyBudgetUsd: '0.5688' };
    expect(consequenceOf('monthlyBudgetUsd', after, standing)).toMatchObject({
      blocks: true,
      until: Date.UTC(2026, 11, 1),
    });
  });

  it('is sent only for what was changed, and null where it is inherited again', () => {
    const own = { ...nothing, maxTtlSeconds: 60, maxMintsPerDay: 8, allowedModels: [] };
    const draft = { ...draftOf(own), maxTtlSeconds: '90', maxMintsPerDay: null, monthlyBudgetUsd: '1.50' };
    expect(parseDraft(draft, own)).toEqual({
      changes: { maxTtlSeconds: 90, maxMintsPerDay: null, monthlyBudgetUsd: '1.50' },
      problems: new Map(),
    });
  });

  it('is not sent while a field holds no number', () => {
    const { changes, problems } = parseDraft({ ...draftOf(nothing), maxTtlSeconds: 'ten' }, nothing);
    expect(changes).toEqual({});
    expect([...problems.keys()]).toEqual(['maxTtlSeconds']);
  });
});

it('compares amounts exactly', () => {
  expect(reaches('1000000000.000000000001', '1000000000.000000000002')).toBe(false);
  expect(reaches('0.50', '0.5')).toBe(true);
});

it('names the limit of which most is used', () => {
  const quotas = [{ quota: 'MINTS_PER_DAY', used: 6, limit: 8 }] as const;
  expect(nearestLimit(quotas, null)).toMatchObject({ limit: 'MINTS_PER_DAY', part: 0.75 });
  expect(nearestLimit(quotas, { usedUsd: '0.57', limitUsd: '0' })).toMatchObject({
    limit: 'BUDGET',
    part: 1,
  });
});
