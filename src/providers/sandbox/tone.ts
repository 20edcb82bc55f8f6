const SAMPLES_PER_SECOND = 8000;
const FRAME_MS = 20;
const SAMPLES = (SAMPLES_PER_SECOND * FRAME_MS) / 1000;
const HERTZ = 440;
const AMPLITUDE = 8000;

type Packets = { readonly everyMs: number; next(): Buffer };

/** A tone as RTP packets of PCMU (RFC 3551), each of `everyMs`. The sender sets the stream's own number in them. */
export function createTone(): Packets {
  let packets = 0;
  return {
    everyMs: FRAME_MS,
    next() {
      const packet = Buffer.alloc(12 + SAMPLES);
      // Version 2; the first packet is marked.
      packet.writeUInt16BE(0x8000 | (packets === 0 ? 0x80 : 0), 0);
      packet.writeUInt16BE(packets & 0xffff, 2);
      packet.writeUInt32BE((packets * SAMPLES) >>> 0, 4);
      for (let index = 0; index < SAMPLES; index += 1) {
        const seconds = (packets * SAMPLES + index) / SAMPLES_PER_SECOND;
        packet.writeUInt8(muLaw(Math.round(AMPLITUDE * Math.sin(2 * Math.PI * HERTZ * seconds))), 12 + index);
      }
      packets += 1;
      return packet;
    },
  };
}

/** A sample of 16 bits as one of 8 (ITU-T G.711). */
function muLaw(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), 32_635) + 132;
  const exponent = Math.max(0, Math.floor(Math.log2(magnitude)) - 7);
  return ~(sign | (exponent << 4) | ((magnitude >> (exponent + 3)) & 0x0f)) & 0xff;
}
