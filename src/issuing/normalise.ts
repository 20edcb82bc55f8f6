import {
  type DialectRules,
  dialects,
  semanticVadDefaults,
  serverVadDefaults,
} from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import { withoutCredentials } from '../sessions/redact-session.ts';
import type { SessionConfig, SessionRequest, TurnDetection } from '../sessions/session-config.ts';

/** What is sent upstream: the request after the dialect's changes. */
export function adapt(dialect: Dialect, request: SessionRequest): SessionRequest {
  const { modalities } = request;
  if (modalities === undefined) return request;
  return { ...request, modalities: dialects[dialect].modalities(modalities) };
}

/**
 * What the record shows of a request while nothing is known of upstream's answer: what is sent, and the dialect's
 * defaults for everything else. A minted session reads back like this, unless upstream answers something else.
 * @param outgoing the request after adapt
 * @throws RangeError when the dialect has no such type of session (parseCreateInput refuses it before)
 */
export function normalise(dialect: Dialect, outgoing: SessionRequest): SessionConfig {
  const { extra: _, tools, ...fields } = outgoing;
  const defaults = defaultsOf(dialects[dialect], outgoing);
  const sent = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  const config: SessionConfig = {
    ...defaults,
    ...sent,
    type: outgoing.type,
    model: outgoing.model,
    tools: tools?.map(withoutCredentials) ?? defaults.tools,
  };
  return { ...config, turnDetection: withDefaults(config.turnDetection) };
}

function defaultsOf(rules: DialectRules, request: SessionRequest) {
  const defaults = rules.defaults[request.type];
  if (defaults === undefined) throw new RangeError(`This dialect has no ${request.type} sessions`);
  if (request.type !== 'TRANSCRIPTION') return defaults;
  // A transcription session transcribes by definition, with the model that it is named after.
  return { ...defaults, inputAudioTranscription: { model: request.model, language: null, prompt: null } };
}

/** Turn detection with the dialects' defaults for what it leaves open. */
export function withDefaults(vad: TurnDetection | null): TurnDetection | null {
  if (vad === null) return null;
  return vad.kind === 'SERVER_VAD' ? fill(vad, serverVadDefaults) : fill(vad, semanticVadDefaults);
}

/** `value`, with its nulls replaced by the values of `fallback`. */
export function fill<T extends object>(value: T, fallback: T): T {
  const present = Object.entries(value).filter(([, leaf]) => leaf !== null);
  return { ...fallback, ...Object.fromEntries(present) };
}
