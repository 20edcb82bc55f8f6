import { type ApiError, toApiError } from '../api/api-error.ts';
import { type ApiClient, createApiClient } from '../api/client.ts';
import { setCredential } from '../api/credential.ts';
import { VIEWER, type Viewer } from './viewer.ts';

export type SignIn = ApiClient & { readonly viewer: Viewer };

/**
 * Signs in with an API key, the root key, or a token: keeps it in memory when the gateway accepts it.
 * @param onEnded called when the gateway does not accept it any more
 */
export async function signIn(
  credential: string,
  onEnded: () => void,
): Promise<{ readonly signedIn: SignIn } | { readonly error: ApiError }> {
  let viewer: Viewer | null = null;
  const api = createApiClient(() => viewer !== null && onEnded());
  setCredential(credential);
  const { data, error } = await api.client.query<{ viewer: Viewer }>(VIEWER.toString(), {}).toPromise();
  if (data === undefined || data === null) {
    setCredential(null);
    return { error: error === undefined ? NO_ANSWER : toApiError(error) };
  }
  viewer = data.viewer;
  return { signedIn: { ...api, viewer } };
}

const NO_ANSWER: ApiError = { message: 'The gateway gave no answer.', code: 'NETWORK', requestId: null };
