import type { BrowserContext, Page } from 'playwright-core';
import { holds, placesWithSecrets, secretsIn, secretsInMemory } from './secrets-in-page.ts';
import type { Watched } from './watch-page.ts';

/**
 * What is wrong with the pages of a context after a test: what happened in them, and where they have secrets.
 * @param secrets known ones; those that came in answers are added
 * @param signOut ends the use of a page, after which its memory may hold none
 */
export async function findingsIn(
  context: BrowserContext,
  watched: Watched,
  secrets: ReadonlySet<string>,
  signOut: (page: Page) => Promise<void>,
): Promise<string[]> {
  const known = new Set(secrets);
  for (const body of await Promise.all(watched.bodies))
    for (const secret of secretsIn(body)) known.add(secret);
  const places = new Set<string>();
  for (const page of context.pages()) {
    for (const place of await placesWithSecrets(page, known)) places.add(place);
    await signOut(page);
    for (const place of await placesWithSecrets(page, known)) places.add(`${place}, after signing out`);
    for (const path of await secretsInMemory(page, known)) places.add(`memory: ${path}`);
  }
  const urls = watched.urls
    .filter((url) => holds(url, known))
    .map((url) => `URL of ${new URL(url).pathname}`);
  return [...watched.problems, ...[...places, ...urls].map((place) => `a secret in ${place}`)];
}
