import { turnDetectionDefaults } from '../providers/dialects.ts';
import {
  type AnsweredConfig,
  type AnsweredNoiseReduction,
  type AnsweredTranscription,
  type AnsweredTurnDetection,
  emptyTranscription,
  type InputAudioTranscription,
  type NoiseReduction,
  type SessionConfig,
  type Tool,
  type TurnDetection,
} from '../sessions/session-config.ts';

/**
 * The record after upstream answered. A field that the answer mentions is taken from the answer, null included; every
 * other field stays as it was sent or assumed. Objects are read field by field in the same way.
 */
export function applyAnswer(sent: SessionConfig, answered: AnsweredConfig): SessionConfig {
  const { inputAudioTranscription, turnDetection, inputAudioNoiseReduction, tools, ...fields } = answered;
  return {
    ...sent,
    ...fields,
    // The type is what was asked for. An answer that names another one can be read in upstreamConfig.
    type: sent.type,
    turnDetection: turnDetection === undefined ? sent.turnDetection : mergeTurnDetection(sent, turnDetection),
    inputAudioTranscription:
      inputAudioTranscription === undefined
        ? sent.inputAudioTranscription
        : mergeTranscription(sent.inputAudioTranscription, inputAudioTranscription),
    inputAudioNoiseReduction:
      inputAudioNoiseReduction === undefined
        ? sent.inputAudioNoiseReduction
        : mergeNoiseReduction(sent.inputAudioNoiseReduction, inputAudioNoiseReduction),
    tools: tools === undefined ? sent.tools : withCredentialFlags(tools, sent.tools),
  };
}

function mergeTurnDetection(
  { type, turnDetection: sent }: SessionConfig,
  answered: AnsweredTurnDetection | null,
): TurnDetection | null {
  const defaults = turnDetectionDefaults[type];
  switch (answered?.kind) {
    case undefined:
      return null;
    case 'SERVER_VAD':
      return { ...(sent?.kind === 'SERVER_VAD' ? sent : defaults.SERVER_VAD), ...answered };
    case 'SEMANTIC_VAD':
      return { ...(sent?.kind === 'SEMANTIC_VAD' ? sent : defaults.SEMANTIC_VAD), ...answered };
    default:
      return answered satisfies never;
  }
}

function mergeTranscription(
  sent: InputAudioTranscription | null,
  answered: AnsweredTranscription | null,
): InputAudioTranscription | null {
  return answered === null ? null : { ...(sent ?? emptyTranscription), ...answered };
}

function mergeNoiseReduction(
  sent: NoiseReduction | null,
  answered: AnsweredNoiseReduction | null,
): NoiseReduction | null {
  if (answered === null) return null;
  return { strength: sent?.type === answered.type ? sent.strength : null, ...answered };
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
