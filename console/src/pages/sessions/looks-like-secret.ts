/** How client secrets, API keys and tokens begin, at providers and here. Whatever looks like one stays out of URLs. */
const SECRET = /^(?:ek_|sk[-_]|gh_|gh[pousr]_|xai-|auth_|AIza|eyJ|Bearer\s)\S{8,}$/;

export function looksLikeSecret(text: string): boolean {
  return SECRET.test(text.trim());
}
