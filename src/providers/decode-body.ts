import { promisify } from 'node:util';
import { brotliDecompress, constants, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

// More than any server applies, and few enough to be decoded while somebody waits.
const MAX_ENCODINGS = 3;
// RFC 9659: a decoder need not give more than 8 MiB to a window. zlib would give 128.
const ZSTD_WINDOW = { [constants.ZSTD_d_windowLogMax]: 23 };

type Decode = (body: Buffer, maxOutputLength: number) => Promise<Buffer>;

const asyncs = {
  gunzip: promisify(gunzip),
  inflate: promisify(inflate),
  inflateRaw: promisify(inflateRaw),
  brotli: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

const decodeGzip: Decode = (body, maxOutputLength) => asyncs.gunzip(body, { maxOutputLength });

// "deflate" is the zlib format, but some servers send what is inside of it.
const decodeDeflate: Decode = (body, maxOutputLength) => {
  const options = { maxOutputLength, rejectGarbageAfterEnd: true };
  return hasZlibHeader(body) ? asyncs.inflate(body, options) : asyncs.inflateRaw(body, options);
};

const DECODERS: ReadonlyMap<string, Decode> = new Map([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['deflate', decodeDeflate],
  ['br', (body, maxOutputLength) => asyncs.brotli(body, { maxOutputLength, rejectGarbageAfterEnd: true })],
  ['zstd', (body, maxOutputLength) => asyncs.zstd(body, { maxOutputLength, params: ZSTD_WINDOW })],
]);

/**
 * The body without its content encodings, each of which yields at most `maxBytes`. A name that is no encoding, such as
 * "identity" or "utf-8", leaves the body as it is. Never rejects.
 */
export async function decodeBody(
  body: Buffer,
  contentEncoding: string | string[] | undefined,
  maxBytes: number,
): Promise<Buffer | 'too_large' | 'malformed'> {
  const decoders = [contentEncoding ?? []]
    .flat()
    .flatMap((line) => line.split(','))
    .flatMap((name) => DECODERS.get(name.trim().toLowerCase()) ?? []);
  if (decoders.length > MAX_ENCODINGS) return 'malformed';
  let decoded = body;
  try {
    // They are named in the order in which they were applied.
    for (const decode of decoders.reverse()) decoded = await decode(decoded, maxBytes);
    return decoded;
  } catch (error) {
    return error instanceof RangeError ? 'too_large' : 'malformed';
  }
}

/** RFC 1950: the method is 8, and the first two bytes are a multiple of 31. */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body.readUInt8(0) & 15) === 8 && body.readUInt16BE(0) % 31 === 0;
}
