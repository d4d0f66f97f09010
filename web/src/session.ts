import { post } from "./fetcher";

/** The state of the sign-in. The token is only in this value: not in the browser's storage, not in the URL. */
export type Session =
  | { state: "signed-out" }
  | { state: "asking" }
  | { state: "signed-in"; token: string; name: string; role: string }
  | { state: "refused"; reason: string };

interface ViewerData {
  viewer: { role: string; actor: { displayName: string } };
}

/** Asks the service whose token this is. Never throws: a failure becomes the `reason` of a refused session. */
export async function signIn(endpoint: string, token: string): Promise<Session> {
  try {
    const query = "query Viewer { viewer { role actor { displayName } } }";
    const { data, errors } = await post(endpoint, { Authorization: `Bearer ${token}` }, { query });
    if (!data) return { state: "refused", reason: errors?.[0]?.message ?? "The service refused the token." };
    const { viewer } = data as unknown as ViewerData;
    return { state: "signed-in", token, role: viewer.role, name: viewer.actor.displayName };
  } catch (cause) {
    // `fetch` itself fails with a TypeError, whose message differs between browsers.
    const unreachable = cause instanceof TypeError || !(cause instanceof Error);
    return { state: "refused", reason: unreachable ? "The service did not answer. Is it running?" : cause.message };
  }
}
