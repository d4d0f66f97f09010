import { useState, type ReactNode, type SubmitEvent } from "react";

import type { Session } from "./session";

interface TokenBarProps {
  session: Session;
  onToken(token: string): void;
  onForget(): void;
}

/** The bar above GraphiQL: the product's name, and the user or the form to sign in. */
export function TokenBar({ session, onToken, onForget }: TokenBarProps): ReactNode {
  return (
    <header className="token-bar">
      <h1>
        Postledger <span>playground</span>
      </h1>
      {session.state === "signed-in" ? (
        <div className="token-bar-session">
          <p role="status">
            Signed in as <strong>{session.name}</strong> · {session.role.toLowerCase()}
          </p>
          <button type="button" onClick={onForget}>
            Forget the token
          </button>
        </div>
      ) : (
        <TokenForm session={session} onToken={onToken} />
      )}
    </header>
  );
}

function TokenForm({ session, onToken }: Pick<TokenBarProps, "session" | "onToken">): ReactNode {
  const [token, setToken] = useState("");
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = token.trim().replace(/^Bearer\s+/i, "");
    if (given === "") return;
    setToken("");
    onToken(given);
  };
  return (
    <form className="token-bar-session" onSubmit={submit} autoComplete="off">
      <p role="status" className={session.state}>
        {message(session)}
      </p>
      <input
        type="password"
        aria-label="Access token"
        placeholder="Access token"
        title="Kept only in this page's memory; it is gone when the page is closed."
        autoComplete="off"
        autoFocus
        spellCheck={false}
        value={token}
        onChange={(event) => setToken(event.target.value)}
      />
      <button type="submit" disabled={session.state === "asking"}>
        Sign in
      </button>
    </form>
  );
}

function message(session: Session): string {
  switch (session.state) {
    case "refused":
      return session.reason;
    case "asking":
      return "Asking the service…";
    default:
      return "Paste the token that the service printed at its first start.";
  }
}
