import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

type Listeners<Values extends readonly unknown[]> = {
  subscribe(listener: (...values: Values) => void): void;
};

/** The parts of werift that are used here. Written down, because it is installed only where somebody wants calls. */
export type Werift = {
  readonly RTCPeerConnection: new (config: object) => PeerConnection;
  readonly MediaStreamTrack: new (options: { readonly kind: 'audio' }) => AudioTrack;
  usePCMU(): unknown;
};

export type PeerConnection = {
  readonly connectionState: string;
  readonly localDescription: { readonly sdp: string } | null;
  readonly connectionStateChange: Listeners<[state: string]>;
  readonly onDataChannel: Listeners<[channel: DataChannel]>;
  setRemoteDescription(description: { readonly type: 'offer'; readonly sdp: string }): Promise<void>;
  setLocalDescription(description: unknown): Promise<unknown>;
  createAnswer(): Promise<unknown>;
  addTrack(track: AudioTrack): unknown;
  close(): Promise<void>;
};

export type DataChannel = {
  readonly label: string;
  readonly readyState: string;
  readonly stateChanged: Listeners<[state: string]>;
  readonly onMessage: Listeners<[message: string | Buffer]>;
  send(message: string): void;
};

export type AudioTrack = { writeRtp(packet: Buffer): void };

// It has packages of its own: they are large, and only the sandbox's calls need them.
const PACKAGES = join(import.meta.dirname, '../../../sandbox-peer/package.json');

/** Whether werift is installed. Nothing of it is loaded. */
export function hasWerift(): boolean {
  try {
    return existsSync(createRequire(PACKAGES).resolve('werift'));
  } catch {
    return false;
  }
}

/** Loads werift at the first call, which takes a second. */
export function loadWerift(): Werift {
  const werift: Werift = createRequire(PACKAGES)('werift');
  return werift;
}
