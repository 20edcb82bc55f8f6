import type { RTCDataChannel } from 'werift';
import type { Werift } from './load-werift.ts';
import { createTone } from './tone.ts';

/** The other end of a browser's connection. */
export type SandboxPeer = {
  readonly sdpAnswer: string;
  /** To the browser, when its channel is open. */
  send(text: string): void;
  /** Plays a tone, instead of the one that is playing. `ended` is called when it has. */
  play(milliseconds: number, ended: () => void): void;
  close(): Promise<void>;
};

export type PeerHandlers = {
  /** The browser opened its channel. */
  readonly opened: () => void;
  readonly message: (text: string) => void;
  /** The browser went away. It may never be called: a browser need not say so. */
  readonly left: () => void;
};

// The SDKs' name for the channel of events.
const CHANNEL = 'oai-events';

/** Answers an offer with host candidates, so that a browser on this machine connects. @throws when it cannot be answered */
export async function openPeer(
  { RTCPeerConnection, MediaStreamTrack, usePCMU }: Werift,
  sdp: string,
  handlers: PeerHandlers,
): Promise<SandboxPeer> {
  // A sound that needs no encoder, and that every browser has (RFC 7874).
  const connection = new RTCPeerConnection({
    codecs: { audio: [usePCMU()] },
    iceServers: [],
    iceAdditionalHostAddresses: ['127.0.0.1'],
  });
  const track = new MediaStreamTrack({ kind: 'audio' });
  const tone = createTone();
  let channel: RTCDataChannel | undefined;
  let playing: NodeJS.Timeout | undefined;
  connection.onDataChannel.subscribe((opened) => {
    if (channel !== undefined || opened.label !== CHANNEL) return;
    channel = opened;
    opened.onMessage.subscribe((message) => handlers.message(message.toString()));
    opened.stateChanged.subscribe((state) => {
      if (state === 'open') handlers.opened();
      if (state === 'closed') handlers.left();
    });
  });
  connection.connectionStateChange.subscribe((state) => {
    if (state === 'closed' || state === 'failed') handlers.left();
  });
  const close = async () => {
    clearInterval(playing);
    await connection.close();
  };
  try {
    await connection.setRemoteDescription({ type: 'offer', sdp });
    connection.addTrack(track);
    await connection.setLocalDescription(await connection.createAnswer());
  } catch (error) {
    await close();
    throw error;
  }
  return {
    sdpAnswer: connection.localDescription?.sdp ?? '',
    send(text) {
      if (channel?.readyState === 'open') channel.send(text);
    },
    play(milliseconds, ended) {
      clearInterval(playing);
      let left = milliseconds / tone.everyMs;
      playing = setInterval(() => {
        left -= 1;
        if (connection.connectionState === 'connected') track.writeRtp(tone.next());
        if (left > 0) return;
        clearInterval(playing);
        ended();
      }, tone.everyMs);
    },
    close,
  };
}
