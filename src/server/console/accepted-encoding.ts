type Encoding = 'br' | 'gzip';

const SMALLEST_FIRST: readonly Encoding[] = ['br', 'gzip'];

/** The smallest form of a file that the client takes. Null: as it is. */
export function acceptedEncoding(
  header: string | string[] | undefined,
  available: Readonly<Record<Encoding, Buffer | null>>,
): Encoding | null {
  const accepted = new Map(
    String(header ?? '')
      .split(',')
      .map(parse),
  );
  const weight = (encoding: Encoding) => accepted.get(encoding) ?? accepted.get('*') ?? 0;
  return SMALLEST_FIRST.find((encoding) => available[encoding] !== null && weight(encoding) > 0) ?? null;
}

/** "gzip;q=0.5" → ["gzip", 0.5] */
function parse(text: string): [string, number] {
  const [name = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = parameters.find((parameter) => parameter.startsWith('q='));
  return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0];
}
