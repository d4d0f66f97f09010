import { GraphiQL } from "graphiql";
import { useMemo, useState, type ReactNode } from "react";

import { EXAMPLES } from "./examples";
import { createFetcher } from "./fetcher";
import { signIn, type Session } from "./session";
import { browserStorage, createStorage } from "./storage";
import { TokenBar } from "./token-bar";

/** The page is served at the API's URL, so its own URL without query and fragment is the endpoint. */
const ENDPOINT = window.location.origin + window.location.pathname;
const STORAGE = createStorage(browserStorage());
/** No plugins, not even GraphiQL's history plugin: it writes the sent operations into the browser's storage. */
const NO_PLUGINS: [] = [];

export function Playground(): ReactNode {
  const [session, setSession] = useState<Session>({ state: "signed-out" });
  const token = session.state === "signed-in" ? session.token : null;
  // A new fetcher makes GraphiQL load the schema again.
  const fetcher = useMemo(() => createFetcher(ENDPOINT, token), [token]);

  const onToken = async (given: string): Promise<void> => {
    setSession({ state: "asking" });
    setSession(await signIn(ENDPOINT, given));
  };
  return (
    <>
      <TokenBar session={session} onToken={(given) => void onToken(given)} onForget={() => setSession({ state: "signed-out" })} />
      <main>
        <GraphiQL
          fetcher={fetcher}
          // The service shows the schema only to callers with a token, so without a token it is not loaded.
          {...(token === null ? { schema: null } : {})}
          // The token has its own field; GraphiQL would keep headers in the browser's storage.
          isHeadersEditorEnabled={false}
          storage={STORAGE}
          plugins={NO_PLUGINS}
          defaultTabs={EXAMPLES}
          defaultEditorToolsVisibility="variables"
          shouldPersistHeaders={false}
          inputValueDeprecation
          schemaDescription
        >
          <GraphiQL.Logo>{null}</GraphiQL.Logo>
        </GraphiQL>
      </main>
    </>
  );
}
