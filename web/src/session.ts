/** Whom the service takes us for. The token lives in this value alone: not in storage, not in the address. */
export type Session =
  | { state: "signed-out" }
  | { state: "asking" }
  | { state: "signed-in"; token: string; name: string; role: string }
  | { state: "refused"; reason: string };

interface ViewerAnswer {
  data?: { viewer: { role: string; actor: { displayName: string } } } | null;
  errors?: { message: string }[];
}

/** Asks the service who `token` is. Never throws: what goes wrong is the `reason` of a refused session. */
export async function signIn(endpoint: string, token: string): Promise<Session> {
  try {
    const response = await fetch(endpoint, {
      method: "POST",
      headers: {
        Accept: "application/graphql-response+json, application/json;q=0.9",
        "Content-Type": "application/json",
        Authorization: `Bearer ${token}`,
      },
      body: JSON.stringify({ query: "query Viewer { viewer { role actor { displayName } } }" }),
    });
    const answer = (await response.json()) as ViewerAnswer;
    if (!answer.data) return { state: "refused", reason: answer.errors?.[0]?.message ?? `The service answered ${response.status}.` };
    const { role, actor } = answer.data.viewer;
    return { state: "signed-in", token, role, name: actor.displayName };
  } catch {
    return { state: "refused", reason: "The service did not answer. Is it running?" };
  }
}
