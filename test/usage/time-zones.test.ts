import { expect, test } from 'vitest';
import { serverTimeZones } from '../../src/usage/time-zone.ts';

// Debian 13 has the names of today, without aliases, unless tzdata-legacy is installed. No server of the tests is like it.
const TODAY = [
  ...['Africa/Abidjan', 'America/Los_Angeles', 'America/New_York', 'America/Nuuk', 'America/Panama'],
  ...['America/Argentina/Buenos_Aires', 'Asia/Ho_Chi_Minh', 'Asia/Kathmandu', 'Asia/Kolkata', 'Asia/Yangon'],
  ...[
    'Europe/Athens',
    'Europe/Brussels',
    'Europe/Kyiv',
    'Europe/London',
    'Pacific/Kanton',
    'Etc/GMT+5',
    'Etc/UTC',
  ],
];
// A server whose system was last updated in 2010.
const BEFORE = ['America/Godthab', 'Asia/Calcutta', 'Asia/Katmandu', 'Europe/Kiev', 'Europe/London'];

test.each([
  ['Asia/Calcutta', 'Asia/Kolkata', 'Asia/Calcutta'],
  ['Asia/Kolkata', 'Asia/Kolkata', 'Asia/Calcutta'],
  ['asia/katmandu', 'Asia/Kathmandu', 'Asia/Katmandu'],
  ['Europe/Kiev', 'Europe/Kyiv', 'Europe/Kiev'],
  ['Europe/Kyiv', 'Europe/Kyiv', 'Europe/Kiev'],
  ['America/Godthab', 'America/Nuuk', 'America/Godthab'],
  ['GB', 'Europe/London', 'Europe/London'],
  ['US/Pacific', 'America/Los_Angeles', null],
  ['us/pacific', 'America/Los_Angeles', null],
  ['EST5EDT', 'America/New_York', null],
  ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires', null],
  ['Asia/Saigon', 'Asia/Ho_Chi_Minh', null],
  ['Asia/Rangoon', 'Asia/Yangon', null],
  ['Pacific/Enderbury', 'Pacific/Kanton', null],
  ['CET', 'Europe/Brussels', null],
  ['etc/gmt+5', 'Etc/GMT+5', null],
  ['Etc/UTC', 'Etc/UTC', null],
  ['BST', null, null],
  ['Europe/Atlantis', null, null],
])('%s is %s today, and %s before', (name, today, before) => {
  expect([serverTimeZones(TODAY).find(name), serverTimeZones(BEFORE).find(name)]).toEqual([today, before]);
});

test('a time zone newer than this Node.js is known by its name', () => {
  expect(serverTimeZones(['Mars/Olympus_Mons']).find('mars/olympus_mons')).toBe('Mars/Olympus_Mons');
});
