import type { Fetcher, FetcherParams, Observable } from "@graphiql/toolkit";
import { getOperationAST, parse, type ExecutionResult, type OperationDefinitionNode } from "graphql";
import { createClient, type Sink } from "graphql-ws";

interface Credentials {
  Authorization?: string;
}

/** Sends queries and mutations over HTTP, subscriptions over a WebSocket (graphql-transport-ws), both to `endpoint`. */
export function createFetcher(endpoint: string, token: string | null): Fetcher {
  const credentials = token === null ? {} : { Authorization: `Bearer ${token}` };
  return (params) => {
    const operation = chosenOperation(params);
    if (operation === null) return post(endpoint, credentials, params); // The service says best what is wrong with the text.
    const request = { ...params, operationName: operation.name?.value ?? null };
    return operation.operation === "subscription" ? subscribe(endpoint, credentials, request) : post(endpoint, credentials, request);
  };
}

/** GraphiQL's `operationName` lags behind the text: right after an edit it may name an operation that is gone. */
function chosenOperation({ query, operationName }: FetcherParams): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null;
  }
}

/** Asks over HTTP. Throws when there is no answer, or one that is not GraphQL's. */
export async function post(endpoint: string, credentials: Credentials, params: FetcherParams): Promise<ExecutionResult> {
  const response = await fetch(endpoint, {
    method: "POST",
    headers: {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      "Content-Type": "application/json",
      ...credentials,
    },
    body: JSON.stringify(params),
  });
  const text = await response.text();
  try {
    return JSON.parse(text) as ExecutionResult;
  } catch {
    throw plainError(`The service answered ${response.status} ${response.statusText}, and not in JSON.`);
  }
}

function subscribe(endpoint: string, credentials: Credentials, params: FetcherParams): Observable<ExecutionResult> {
  const client = createClient({
    url: endpoint.replace(/^http/, "ws"),
    connectionParams: { ...credentials },
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
