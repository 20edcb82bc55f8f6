// What load.ts uses of autocannon, whose own types would have to be installed for every type check.
declare module 'autocannon' {
  interface Options {
    readonly url: string;
    readonly connections: number;
    /** In seconds. */
    readonly duration: number;
    readonly requests: readonly {
      readonly method: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }[];
    readonly verifyBody: (body: string) => boolean;
  }
  export interface Result {
    readonly requests: { readonly total: number };
    /** In milliseconds. */
    readonly latency: { readonly p50: number; readonly p99: number };
    readonly errors: number;
    readonly non2xx: number;
    readonly mismatches: number;
  }
  const fire: (options: Options) => Promise<Result>;
  // biome-ignore lint/style/noDefaultExport: that is how the package exports it.
  export default fire;
}
