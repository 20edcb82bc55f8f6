import { noSecrets } from '../platform/redaction/known-secrets.ts';
import { redactJson } from '../platform/redaction/redact-json.ts';
import type { InputIssue } from '../platform/validation/input-issue.ts';
import type { Dialect, Provider } from '../providers/provider.ts';
import { redactConfig } from '../sessions/redact-session.ts';
import { CONFIG_FIELDS, type SessionRequest, type ToolRequest } from '../sessions/session-config.ts';
import { BROKERED_TTL } from './brokered-secret.ts';
import type { ParsedCreateInput } from './create-input-schema.ts';
import { adapt, normalise } from './normalise.ts';

const STORED = 'because a BROKERED session is stored until its call begins, and credentials are not';

/**
 * What is wrong with how a session is to be connected.
 * @param callUrl where offers are sent; null: the operator has not said where browsers reach the gateway
 */
export function* issuesOfConnection(
  { connection, type = 'REALTIME', maxCallSeconds, idleSeconds, expiresAfterSeconds }: ParsedCreateInput,
  { calls, mints, isSandbox }: Pick<Provider, 'calls' | 'mints' | 'isSandbox'>,
  callUrl: string | null,
): Generator<InputIssue> {
  if (connection !== 'BROKERED') {
    if (!mints)
      yield {
        path: ['connection'],
        message: 'must be BROKERED with this provider, which has no client secrets',
      };
    const message = 'belongs to BROKERED sessions only';
    if (maxCallSeconds !== undefined) yield { path: ['maxCallSeconds'], message };
    if (idleSeconds !== undefined) yield { path: ['idleSeconds'], message };
    return;
  }
  if (callUrl === null)
    yield {
      path: ['connection'],
      message: 'cannot be BROKERED here: the operator has not set GATEHOUSE_PUBLIC_URL',
    };
  if (calls === null)
    yield {
      path: ['connection'],
      message: isSandbox
        ? 'cannot be BROKERED at this sandbox: the development dependency werift is not installed'
        : 'cannot be BROKERED with this provider',
    };
  if (type !== 'REALTIME') yield { path: ['type'], message: 'must be REALTIME for a BROKERED session' };
  const { min, max } = BROKERED_TTL;
  if (expiresAfterSeconds !== undefined && (expiresAfterSeconds < min || expiresAfterSeconds > max))
    yield { path: ['expiresAfterSeconds'], message: `must be from ${min} to ${max} for a BROKERED session` };
}

/** The parts of a BROKERED session's request that cannot be stored: without its credentials it would open something else. */
export function* issuesOfStoring(dialect: Dialect, session: SessionRequest): Generator<InputIssue> {
  for (const [index, tool] of (session.tools ?? []).entries()) yield* issuesOfTool(tool, String(index));
  const config = normalise(dialect, adapt(dialect, session));
  const redacted = redactConfig(config, noSecrets);
  for (const field of CONFIG_FIELDS) yield* issuesOfText(field, config[field], redacted[field]);
  yield* issuesOfText('extra', session.extra, redactJson(session.extra));
}

function* issuesOfTool(tool: ToolRequest, index: string): Generator<InputIssue> {
  if (tool.kind === 'FUNCTION') return;
  const message = `cannot be used, ${STORED}`;
  if (tool.authorization !== null) yield { path: ['tools', index, 'mcp', 'authorization'], message };
  if (tool.headers.length > 0) yield { path: ['tools', index, 'mcp', 'headers'], message };
}

function* issuesOfText(field: string, value: unknown, redacted: unknown): Generator<InputIssue> {
  if (JSON.stringify(value) !== JSON.stringify(redacted))
    yield { path: [field], message: `must not hold what looks like a credential, ${STORED}` };
}
