const PUBLIC = /(?:^|\.)api\.openai\.com$/;
const OWN_MACHINE = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where a browser opens calls. Only addresses that everybody knows, or that lead nowhere but to the machine itself, are
 * told: the settings are public, and an address of the operator's network is not.
 * @param baseUrl the provider's, e.g. https://api.openai.com/v1
 */
export function callsUrlOf(baseUrl: string): string | null {
  const { hostname } = new URL(baseUrl);
  if (!PUBLIC.test(hostname) && !OWN_MACHINE.has(hostname)) return null;
  return `${baseUrl.replace(/\/+$/, '')}/realtime`;
}
