import type {
  AnsweredConfig,
  InputAudioTranscription,
  SessionConfig,
  Tool,
  TurnDetection,
} from '../sessions/session-config.ts';
import { fill, withDefaults } from './normalise.ts';

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
