import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import { getOperationAST, parse, type ExecutionResult } from "graphql";
import { createClient, type Sink } from "graphql-ws";

/**
 * Sends queries and mutations over HTTP, subscriptions over a WebSocket (graphql-transport-ws), both to `endpoint`.
 * An `Authorization` in the headers editor goes before the session's token.
 */
export function createFetcher(endpoint: string, token: string | null): Fetcher {
  return async (params, options) => {
    const headers = new Headers(token === null ? {} : { Authorization: `Bearer ${token}` });
    for (const [name, value] of Object.entries(options?.headers ?? {})) headers.set(name, String(value));

    if (isSubscription(params)) return subscribe(endpoint, headers.get("Authorization"), params);
    // Asked at opening, before anybody could give a token: the service's refusal is known.
    if (params.operationName === "IntrospectionQuery" && !headers.has("Authorization")) throw plainError("Sign in to see the schema.");
    return post(endpoint, headers, params);
  };
}

function isSubscription(params: FetcherParams): boolean {
  try {
    return getOperationAST(parse(params.query), params.operationName)?.operation === "subscription";
  } catch {
    return false; // The service says best what is wrong with the text.
  }
}

async function post(endpoint: string, headers: Headers, params: FetcherParams): Promise<ExecutionResult> {
  headers.set("Accept", "application/graphql-response+json, application/json;q=0.9");
  headers.set("Content-Type", "application/json");
  const response = await fetch(endpoint, { method: "POST", headers, body: JSON.stringify(params) });
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    throw plainError(`The service answered ${response.status} ${response.statusText}, and not in JSON.`);
  }
}

function subscribe(endpoint: string, authorization: string | null, params: FetcherParams): Observable<ExecutionResult> {
  const client = createClient({
    url: endpoint.replace(/^http/, "ws"),
    connectionParams: authorization === null ? {} : { Authorization: authorization },
    retryAttempts: 0, // A refused token must be shown, not tried again.
  });
  const observable = {
    subscribe(sink: Sink<ExecutionResult>) {
      const unsubscribe = client.subscribe(
        { query: params.query, variables: params.variables, operationName: params.operationName ?? null },
        {
          next: (result) => sink.next(result as ExecutionResult),
          complete: () => sink.complete(),
          error: (cause) => sink.error(readable(cause)),
        },
      );
      return { unsubscribe };
    },
  };
  return observable as Observable<ExecutionResult>; // Of the type's three ways to subscribe, GraphiQL uses this one.
}

/** GraphQL errors come as a list; a closed socket comes as an event, which would be shown as `{}`. */
function readable(cause: unknown): unknown {
  if (cause instanceof CloseEvent) return plainError(`The WebSocket was closed: ${cause.code} ${cause.reason}`.trim());
  if (cause instanceof Event) return plainError("The WebSocket could not be opened.");
  return cause;
}

/** An error whose stack, which GraphiQL would print, is left out. */
function plainError(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}
