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
    const operation = operationToRun(params);
    if (operation === null) return post(endpoint, credentials, params); // The service's error says what is wrong with the text.
    const request = { ...params, operationName: operation.name?.value ?? null };
    return operation.operation === "subscription" ? subscribe(endpoint, credentials, request) : post(endpoint, credentials, request);
  };
}

/** Returns the operation to run. GraphiQL's `operationName` lags behind the text: after an edit, its operation may not exist. */
function operationToRun({ query, operationName }: FetcherParams): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null;
  }
}

/** Sends an operation over HTTP. Throws if there is no answer, or if the answer is not JSON. */
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
    throw plainError(`The service answered ${response.status} ${response.statusText}, but not with JSON.`);
  }
}

function subscribe(endpoint: string, credentials: Credentials, params: FetcherParams): Observable<ExecutionResult> {
  const client = createClient({
    url: endpoint.replace(/^http/, "ws"),
    connectionParams: { ...credentials },
    retryAttempts: 0, // A refused token must be shown, not sent again.
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
  return observable as Observable<ExecutionResult>; // The type has three ways to subscribe; GraphiQL uses only this one.
}

/** Turns the event of a closed socket, which GraphiQL would show as `{}`, into an error. GraphQL's errors are a list already. */
function readable(cause: unknown): unknown {
  if (cause instanceof CloseEvent) return plainError(`The WebSocket was closed: ${cause.code} ${cause.reason}`.trim());
  if (cause instanceof Event) return plainError("The WebSocket could not be opened.");
  return cause;
}

/** Creates an error without a stack, which GraphiQL would show. */
function plainError(message: string): Error {
  const error = new Error(message);
  delete error.stack;
  return error;
}
