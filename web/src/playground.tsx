import { GraphiQL } from "graphiql";
import { useMemo, useState, type ReactNode } from "react";

import { EXAMPLES } from "./examples";
import { createFetcher } from "./fetcher";
import { signIn, type Session } from "./session";
import { browserStorage, createStorage } from "./storage";
import { TokenBar } from "./token-bar";

/** The page answers where the API does, so its own address, less query and fragment, is the endpoint. */
const ENDPOINT = window.location.origin + window.location.pathname;
const STORAGE = createStorage(browserStorage());
/** Not even GraphiQL's own history plugin, which writes what was sent into the browser's storage. */
const NO_PLUGINS: [] = [];

export function Playground(): ReactNode {
  const [session, setSession] = useState<Session>({ state: "signed-out" });
  const token = session.state === "signed-in" ? session.token : null;
  // A new fetcher makes GraphiQL ask for the schema again.
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
          // Only callers with a token are shown the schema; without one it would be asked for in vain.
          {...(token === null ? { schema: null } : {})}
          // One place for the token, and headers are what GraphiQL would rather keep.
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
