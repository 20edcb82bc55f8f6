import { describe, expect, it } from 'vitest';
import { changeOf } from '../../console/src/pages/overview/change.ts';
import { outcomeColumns } from '../../console/src/pages/overview/outcome-chart-data.ts';
import { overviewPeriods } from '../../console/src/pages/overview/overview-periods.ts';
import { denialReasons, failureReasons } from '../../console/src/pages/overview/reasons.ts';

const ZONE = 'Europe/Amsterdam';

describe('the periods of the overview', () => {
  it('are compared with as much of the period before', () => {
    const { today, month, hours } = overviewPeriods(Date.parse('2026-11-29T14:37:12Z'), ZONE);
    expect([today.current.from, today.current.to, today.before.from, today.before.to]).toEqual([
      '2026-11-28T23:00:00.000Z',
      '2026-11-29T23:00:00.000Z',
      '2026-11-27T23:00:00.000Z',
      '2026-11-28T14:37:00.000Z',
    ]);
    expect([month.current.from, month.before.from, month.before.to]).toEqual([
      '2026-10-31T23:00:00.000Z',
      '2026-09-30T22:00:00.000Z',
      '2026-10-29T13:37:00.000Z',
    ]);
    expect([hours.current.from, hours.current.to, hours.before.from, hours.before.to]).toEqual([
      '2026-11-28T15:00:00.000Z',
      '2026-11-29T15:00:00.000Z',
      '2026-11-27T15:00:00.000Z',
      '2026-11-28T14:37:00.000Z',
    ]);
  });

  it('do not reach into the period itself where the one before was shorter', () => {
    const { month } = overviewPeriods(Date.parse('2026-03-30T12:00:00Z'), 'UTC');
    expect(month.before.to).toBe(month.current.from);
    const { today } = overviewPeriods(Date.parse('2026-03-30T21:30:00Z'), ZONE);
    expect(today.before.to).toBe(today.current.from);
  });
});

it('has a column for each hour, and says exactly what is in it', () => {
  const { current } = overviewPeriods(Date.parse('2026-10-25T12:00:00Z'), ZONE).hours;
  const counts = { issued: 1200, pending: 0, unconfirmed: 0, failed: 2, denied: 1 };
  const columns = outcomeColumns([{ start: '2026-10-25T00:00:00.000Z', counts }], current);
  expect(columns).toHaveLength(24);
  // The hour from two to three comes twice on that day.
  expect(columns.filter(({ tick }) => tick === '02:00')).toHaveLength(2);
  const first = columns.find(({ key }) => key === String(Date.parse('2026-10-25T00:00:00Z')));
  expect(first?.parts.map(({ text }) => text)).toEqual(['1,200', '0', '0', '2', '1']);
  expect(first?.total).toBe('1,203 requests');
});

it('adds up reasons, the most frequent first', () => {
  const rows = [
    { denialReason: 'quota', failureCode: null, counts: { denied: 2, failed: 0, unconfirmed: 0 } },
    { denialReason: 'suspended', failureCode: null, counts: { denied: 5, failed: 0, unconfirmed: 0 } },
    { denialReason: null, failureCode: 'upstream_timeout', counts: { denied: 0, failed: 0, unconfirmed: 1 } },
    { denialReason: null, failureCode: null, counts: { denied: 0, failed: 0, unconfirmed: 0 } },
  ];
  expect(denialReasons(rows)).toEqual([
    { code: 'suspended', name: 'Suspended user', count: 5 },
    { code: 'quota', name: 'Quota', count: 2 },
  ]);
  expect(failureReasons(rows)).toEqual([{ code: 'upstream_timeout', name: 'provider: timeout', count: 1 }]);
});

it.each([
  [120, 100, '▲', '20% more than'],
  [50, 100, '▼', '50% less than'],
  [1001, 1000, '▲', 'under 1% more than'],
  [3, 0, '▲', 'none'],
  [0, 0, '=', 'the same as'],
])('compares %d with %d', (now, before, sign, text) => {
  expect(changeOf(now, before)).toEqual({ sign, text });
});
