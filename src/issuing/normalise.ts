import {
  type DialectRules,
  dialects,
  semanticVadDefaults,
  serverVadDefaults,
} from '../providers/dialects.ts';
import type { Dialect } from '../providers/provider.ts';
import { withoutCredentials } from '../sessions/redact-session.ts';
import type {
  AnsweredConfig,
  InputAudioTranscription,
  SessionConfig,
  SessionRequest,
  Tool,
  TurnDetection,
} from '../sessions/session-config.ts';

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

/**
 * The record after upstream answered. A field that the answer mentions is taken from the answer; every other field
 * stays as it was sent or assumed.
 */
export function applyAnswer(sent: SessionConfig, answered: AnsweredConfig): SessionConfig {
  return {
    ...sent,
    ...answered,
    // The type is what was asked for. An answer that names another one can be read in upstreamConfig.
    type: sent.type,
    turnDetection:
      answered.turnDetection === undefined
        ? sent.turnDetection
        : withDefaults(mergeTurnDetection(sent.turnDetection, answered.turnDetection)),
    inputAudioTranscription:
      answered.inputAudioTranscription === undefined
        ? sent.inputAudioTranscription
        : mergeTranscription(sent.inputAudioTranscription, answered.inputAudioTranscription),
    tools: answered.tools === undefined ? sent.tools : withCredentialFlags(answered.tools, sent.tools),
  };
}

function defaultsOf(rules: DialectRules, request: SessionRequest) {
  const defaults = rules.defaults[request.type];
  if (defaults === undefined) throw new RangeError(`This dialect has no ${request.type} sessions`);
  if (request.type === 'REALTIME') return defaults;
  // A transcription session transcribes by definition, with the model that it is named after.
  return { ...defaults, inputAudioTranscription: { model: request.model, language: null, prompt: null } };
}

function withDefaults(vad: TurnDetection | null): TurnDetection | null {
  if (vad === null) return null;
  return vad.kind === 'SERVER_VAD' ? fill(vad, serverVadDefaults) : fill(vad, semanticVadDefaults);
}

function mergeTurnDetection(
  sent: TurnDetection | null,
  answered: TurnDetection | null,
): TurnDetection | null {
  if (answered?.kind === 'SERVER_VAD' && sent?.kind === 'SERVER_VAD') return fill(answered, sent);
  if (answered?.kind === 'SEMANTIC_VAD' && sent?.kind === 'SEMANTIC_VAD') return fill(answered, sent);
  return answered;
}

function mergeTranscription(
  sent: InputAudioTranscription | null,
  answered: InputAudioTranscription | null,
): InputAudioTranscription | null {
  return answered === null || sent === null ? answered : fill(answered, sent);
}

/** `value`, with its nulls replaced by the values of `fallback`. */
function fill<T extends object>(value: T, fallback: T): T {
  const present = Object.entries(value).filter(([, leaf]) => leaf !== null);
  return { ...fallback, ...Object.fromEntries(present) };
}

/**
 * The answered tools, where hasAuthorization and headerNames say what was sent: an upstream that does not repeat
 * credentials cannot clear them. A label may occur twice, so its n-th answered tool belongs to its n-th sent one.
 */
function withCredentialFlags(answered: readonly Tool[], sent: readonly Tool[]): Tool[] {
  const sentByLabel = Map.groupBy(sent.filter(isMcp), (tool) => tool.serverLabel);
  return answered.map((tool) => {
    const asked = isMcp(tool) ? sentByLabel.get(tool.serverLabel)?.shift() : undefined;
    if (!isMcp(tool) || asked === undefined) return tool;
    return {
      ...tool,
      hasAuthorization: tool.hasAuthorization || asked.hasAuthorization,
      headerNames: [...new Set([...asked.headerNames, ...tool.headerNames])],
    };
  });
}

const isMcp = (tool: Tool) => tool.kind === 'MCP';
