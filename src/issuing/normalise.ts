import { type DialectRules, dialects, turnDetectionDefaults } from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import { findTranscriptionModel } from '../providers/transcription-models.ts';
import { withoutUndefined } from '../providers/without-undefined.ts';
import { withoutCredentials } from '../sessions/redact-session.ts';
import {
  emptyTranscription,
  type SessionConfig,
  type SessionRequest,
  type SessionType,
  type TurnDetection,
} from '../sessions/session-config.ts';

/** What is sent upstream: the request after the changes for the dialect and the transcription model. */
export function adapt(dialect: Dialect, request: SessionRequest): SessionRequest {
  const { modalities } = request;
  return {
    ...request,
    ...(modalities === undefined ? {} : { modalities: dialects[dialect].modalities(modalities) }),
    // Upstream's default is a turn detection, which such a model refuses.
    ...(needsTurnDetectionOff(request) ? { turnDetection: null } : {}),
    // It has none, and upstream no field for it.
    ...(request.type === 'TRANSLATION' ? { turnDetection: undefined } : {}),
  };
}

function needsTurnDetectionOff({ type, model, turnDetection }: SessionRequest): boolean {
  if (type !== 'TRANSCRIPTION' || turnDetection !== undefined) return false;
  return findTranscriptionModel(model)?.turnDetection === false;
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
  const sent = withoutUndefined(fields);
  const config: SessionConfig = {
    ...defaults,
    ...sent,
    type: outgoing.type,
    model: outgoing.model,
    tools: tools?.map(withoutCredentials) ?? defaults.tools,
  };
  return { ...config, turnDetection: withDefaults(config.turnDetection, config.type) };
}

function defaultsOf(rules: DialectRules, request: SessionRequest) {
  const defaults = rules.defaults[request.type];
  if (defaults === undefined) throw new RangeError(`This dialect has no ${request.type} sessions`);
  if (request.type !== 'TRANSCRIPTION') return defaults;
  // A transcription session transcribes by definition, with the model that it is named after.
  return { ...defaults, inputAudioTranscription: { ...emptyTranscription, model: request.model } };
}

/** Turn detection with the dialects' defaults for what it leaves open. */
function withDefaults(vad: TurnDetection | null, type: SessionType): TurnDetection | null {
  if (vad === null) return null;
  const defaults = turnDetectionDefaults[type];
  return vad.kind === 'SERVER_VAD' ? fill(vad, defaults.SERVER_VAD) : fill(vad, defaults.SEMANTIC_VAD);
}

/** `value`, with its nulls replaced by the values of `fallback`. */
function fill<T extends object>(value: T, fallback: T): T {
  const filled = { ...value };
  for (const key in filled) filled[key] ??= fallback[key];
  return filled;
}
