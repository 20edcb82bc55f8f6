import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { pathTo, takeHeapSnapshot } from './heap-snapshot.ts';

// Client secrets, API keys, tokens. What is redacted has an ellipsis in it, and does not match.
const SECRETS = /\b(?:ek_[0-9a-f]{16,}|gh_[0-9A-Za-z]{20,}|eyJ[\w-]+\.[\w-]+\.[\w-]+)/g;

/** The secrets that a text has. */
export function secretsIn(text: string): string[] {
  return text.match(SECRETS) ?? [];
}

/** Where a page has put a secret that it may only hold in memory: what it stores, its address, and what it shows. */
export async function placesWithSecrets(page: Page, secrets: ReadonlySet<string>): Promise<string[]> {
  const kept = await page.evaluate(async () => {
    const stored = (storage: Storage) =>
      Array.from(storage, (_, index) => {
        const key = storage.key(index) ?? '';
        return `${key}=${storage.getItem(key)}`;
      }).join('\n');
    const databases = await indexedDB.databases();
    const caches = await window.caches.keys();
    return {
      'local storage': stored(localStorage),
      'session storage': stored(sessionStorage),
      cookies: document.cookie,
      'IndexedDB (there must be none)': databases.length > 0 ? 'ek_0000000000000000' : '',
      'caches (there must be none)': caches.length > 0 ? 'ek_0000000000000000' : '',
      address: location.href,
      'history state': JSON.stringify(history.state),
      'window name': window.name,
      title: document.title,
      document: document.documentElement.outerHTML,
      fields: [...document.querySelectorAll('input, textarea')]
        .map((field) => ('value' in field ? field.value : ''))
        .join('\n'),
    };
  });
  const cookies = JSON.stringify(await page.context().cookies());
  return Object.entries({ ...kept, 'cookies that scripts do not see': cookies })
    .filter(([, text]) => holds(text, secrets))
    .map(([place]) => place);
}

/** Whether a text has one of these secrets, or anything that looks like one. */
export function holds(text: string, secrets: ReadonlySet<string>): boolean {
  return secretsIn(text).length > 0 || [...secrets].some((secret) => text.includes(secret));
}

const LOOKS = 4;
const BETWEEN_MS = 1500;

/**
 * What holds one of these secrets in a page's memory, by a snapshot of the heap of its scripts. It looks again when it finds
 * something, because a request that has just been given up, or a timer, may hold one for a moment.
 */
export async function secretsInMemory(page: Page, secrets: ReadonlySet<string>): Promise<string[]> {
  for (let look = 1; ; look += 1) {
    const heap = await takeHeapSnapshot(page);
    const found = [...secrets].flatMap((secret) => pathTo(heap, secret) ?? []);
    if (found.length === 0 || look === LOOKS) return found;
    await delay(BETWEEN_MS);
  }
}
