import { z } from 'zod';
import { type Actor, hasScope, reaches, scopes } from '../authorization/actor.ts';
import { visibilityOf } from '../authorization/visibility.ts';
import { plainText } from '../platform/redaction/plain-text.ts';
import { type InputIssue, type Parsed, toInputIssues } from '../platform/validation/input-issue.ts';
import { listOf } from '../platform/validation/text.ts';
import type { ApiKeyGrant } from './application-store.ts';

const name = plainText(200);

const grant = z.object({
  name,
  scopes: listOf(z.enum(scopes), scopes.length).transform((names) => [...new Set(names)]),
  reach: z.enum(reaches),
  expiresAt: z.date().nullable(),
});

/** The name of an application or of a key. */
export function parseName(input: unknown): Parsed<string> {
  const parsed = name.safeParse(input);
  if (parsed.success) return { ok: true, value: parsed.data };
  return { ok: false, issues: toInputIssues(parsed.error).map((issue) => ({ ...issue, path: ['name'] })) };
}

/** What a key shall be good for. Nobody can grant a scope or a reach that it does not have itself. */
export function parseApiKeyGrant(input: unknown, granter: Actor): Parsed<Omit<ApiKeyGrant, 'applicationId'>> {
  const parsed = grant.safeParse(input);
  if (!parsed.success) return { ok: false, issues: toInputIssues(parsed.error) };
  const { reach, ...requested } = parsed.data;
  const issues: InputIssue[] = requested.scopes
    .filter((scope) => !hasScope(granter, scope))
    .map((scope) => ({
      path: ['scopes', String(requested.scopes.indexOf(scope))],
      message: 'is a scope that you do not have',
    }));
  if (reach === 'SELF') {
    issues.push({ path: ['reach'], message: 'must be OWN_APPLICATION or EVERYTHING: SELF is for end users' });
    return { ok: false, issues };
  }
  if (reach === 'EVERYTHING' && visibilityOf(granter).reach !== 'EVERYTHING')
    issues.push({ path: ['reach'], message: 'is a reach that you do not have' });
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: { ...requested, reach } };
}
