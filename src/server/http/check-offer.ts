import { isUtf8 } from 'node:buffer';

/** Bytes of an SDP offer. Those of browsers have a few thousand. */
export const MAX_OFFER_BYTES = 65_536;

const BEGIN = /^v=0\r?\n/;
// It is lines of text: other control characters are no part of any SDP.
const CONTROL = /[^\P{Cc}\t\r\n]/u;

/** The text of an SDP offer for one call: one audio line and one data channel. Null: it is none. */
export function readOffer(bytes: Buffer): string | null {
  if (!isUtf8(bytes)) return null;
  const sdp = bytes.toString('utf8');
  const isOffer =
    BEGIN.test(sdp) && !CONTROL.test(sdp) && count(sdp, 'audio') === 1 && count(sdp, 'application') === 1;
  return isOffer ? sdp : null;
}

function count(sdp: string, media: string): number {
  return sdp.split(`\nm=${media} `).length - 1;
}
