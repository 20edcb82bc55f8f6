/** "127.0.0.1:4000", "localhost:4000", "[::1]:4000". */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host.replace('%', '%25')}]` : host}:${port}`;
}
