import { generate } from 'selfsigned';

export type Authority = {
  /** PEM. */
  readonly cert: string;
  /** A certificate for these DNS names, and its key. */
  issue(names: readonly string[]): Promise<{ readonly key: string; readonly cert: string }>;
};

const EC = { keyType: 'ec', algorithm: 'sha256' } as const;

/** A certificate authority that nobody trusts yet, as a company has for its own hosts. */
export async function createAuthority(): Promise<Authority> {
  const authority = await generate([{ name: 'commonName', value: 'Authority of the tests' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return {
    cert: authority.cert,
    async issue(names) {
      const issued = await generate([{ name: 'commonName', value: 'Host of the tests' }], {
        ...EC,
        ca: { key: authority.private, cert: authority.cert },
        extensions: [
          { name: 'basicConstraints', cA: false },
          { name: 'keyUsage', digitalSignature: true, critical: true },
          { name: 'extKeyUsage', serverAuth: true },
          { name: 'subjectAltName', altNames: names.map((value) => ({ type: 2, value })) },
        ],
      });
      return { key: issued.private, cert: issued.cert };
    },
  };
}
