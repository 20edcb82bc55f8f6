export type Call = {
  /** Says something to the model, in writing. */
  say(text: string): void;
  close(): void;
};

/**
 * Opens a WebRTC connection with a client secret, and plays what the model says.
 * @param url the provider's address for calls
 * @param microphone whether the user's microphone is part of it; the browser asks the user
 * @throws Error with a message for people
 */
export async function openCall(
  url: string,
  secret: string,
  {
    microphone,
    onEvent,
    onEnd,
  }: {
    readonly microphone: boolean;
    readonly onEvent: (text: string) => void;
    readonly onEnd: () => void;
  },
): Promise<Call> {
  const connection = new RTCPeerConnection();
  const player = new Audio();
  player.autoplay = true;
  let tracks: readonly MediaStreamTrack[] = [];
  const close = () => {
    for (const track of tracks) track.stop();
    player.srcObject = null;
    connection.close();
    onEnd();
  };
  try {
    connection.addEventListener('track', ({ streams: [stream] }) => {
      player.srcObject = stream ?? null;
    });
    connection.addEventListener('connectionstatechange', () => {
      onEvent(`connection: ${connection.connectionState}`);
      if (connection.connectionState === 'failed') close();
    });
    tracks = microphone ? await addMicrophone(connection) : [];
    if (!microphone) connection.addTransceiver('audio', { direction: 'recvonly' });
    const channel = connection.createDataChannel('oai-events');
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => onEvent(typeOf(data)));
    await connection.setLocalDescription();
    const sdp = await exchange(url, secret, connection.localDescription?.sdp ?? '');
    await connection.setRemoteDescription({ type: 'answer', sdp });
    return { say: (text) => say(channel, text), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function addMicrophone(connection: RTCPeerConnection): Promise<MediaStreamTrack[]> {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => {
    throw new Error('The browser gives no microphone. Connect without one, or allow it for this page.');
  });
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  return stream.getTracks();
}

async function exchange(url: string, secret: string, sdp: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/sdp' },
    body: sdp,
    credentials: 'omit',
    referrerPolicy: 'no-referrer',
  }).catch(() => {
    throw new Error('The provider could not be reached from this browser.');
  });
  if (!response.ok) throw new Error(`The provider refused the connection: HTTP ${response.status}.`);
  return response.text();
}

function say(channel: RTCDataChannel, text: string): void {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
  channel.send(JSON.stringify({ type: 'conversation.item.create', item }));
  channel.send(JSON.stringify({ type: 'response.create' }));
}

/** Its type is enough to follow a call; what is said is heard. */
function typeOf(data: unknown): string {
  if (typeof data !== 'string') return 'a message that is not text';
  const event: unknown = JSON.parse(data);
  const type: unknown = typeof event === 'object' && event !== null ? Reflect.get(event, 'type') : undefined;
  return typeof type === 'string' ? type : 'an event without a type';
}
