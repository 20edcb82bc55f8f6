import { createRequire } from 'node:module';

/** WebRTC in JavaScript. It is a development dependency: production does without the sandbox's calls. */
export type Werift = typeof import('werift');

/** Whether werift is installed. Nothing of it is loaded. */
export function hasWerift(): boolean {
  try {
    createRequire(import.meta.url).resolve('werift');
    return true;
  } catch {
    return false;
  }
}

/** Loads werift at the first call, which takes a second. */
export function loadWerift(): Promise<Werift> {
  return import('werift');
}
