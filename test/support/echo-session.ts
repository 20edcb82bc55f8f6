import { isJsonObject, type Json, type JsonObject } from '../../src/platform/validation/json.ts';
import type { Dialect } from '../../src/providers/provider.ts';

/** A secret that exists upstream, whether or not anybody received it. */
export type MintedSecret = { readonly value: string; readonly sessionId: string; readonly expiresAt: Date };

/** The path of the GA dialect's endpoint for translation sessions. */
export const TRANSLATIONS = '/v1/realtime/translations/client_secrets';

/** As far as the dialect's defaults know: one minute in the beta, else 600 seconds. */
export function expiryOf(body: Json, dialect: Dialect): Date {
  const holder = dialect === 'flat' ? property(body, 'client_secret') : body;
  const asked = property(property(holder, 'expires_after'), 'seconds');
  const seconds = typeof asked === 'number' ? asked : dialect === 'flat' ? 60 : 600;
  return new Date((Math.floor(Date.now() / 1000) + seconds) * 1000);
}

/** What an upstream answers that adds no defaults: what was sent, plus secret, id, object, type and expiry. */
export function echoSession(
  { path, body }: { readonly path: string; readonly body: Json },
  { value, sessionId, expiresAt }: MintedSecret,
  dialect: Dialect,
): JsonObject {
  const expires_at = expiresAt.getTime() / 1000;
  // It answers no session.
  if (dialect === 'xai') return { value, expires_at };
  if (dialect === 'flat') {
    const sent = isJsonObject(body) ? body : {};
    return { ...sent, id: sessionId, object: 'realtime.session', client_secret: { value, expires_at } };
  }
  const asked = property(body, 'session');
  const sent = isJsonObject(asked) ? asked : {};
  if (path === TRANSLATIONS)
    return { value, expires_at, session: { type: 'translation', ...sent, id: sessionId, expires_at } };
  const object = sent['type'] === 'transcription' ? 'realtime.transcription_session' : 'realtime.session';
  return { value, expires_at, session: { type: 'realtime', ...sent, id: sessionId, object, expires_at: 0 } };
}

/** Every other field of the session, and all that is needed to use the secret. */
export function halveSession(answer: JsonObject, dialect: Dialect): JsonObject {
  const keepHalf = (fields: Json | undefined): JsonObject =>
    Object.fromEntries(
      Object.entries(isJsonObject(fields) ? fields : {}).filter((_, index) => index % 2 === 0),
    );
  if (dialect === 'xai') return answer;
  if (dialect === 'ga') return { ...answer, session: keepHalf(answer['session']) };
  const { client_secret = null, ...session } = answer;
  return { ...keepHalf(session), client_secret };
}

function property(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}
