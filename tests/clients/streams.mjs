// Subscribes and queries with clients that front ends use: node streams.mjs URL TOKEN
import { createClient as createSocket } from "graphql-ws";
import { createClient as createSse } from "graphql-sse";
import { Client, fetchExchange } from "@urql/core";
import WebSocket from "ws";

const [url, token] = process.argv.slice(2);
const authorization = `Bearer ${token}`;
const found = {};

const collect = (client, query) =>
  new Promise((resolve) => {
    const values = [];
    client.subscribe(
      { query },
      {
        next: (value) => values.push(value),
        error: (error) => resolve({ values, error: error.code ?? error.map?.((each) => each.extensions.code) ?? String(error) }),
        complete: () => resolve({ values }),
      },
    );
  });

const socket = createSocket({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, connectionParams: { authorization }, retryAttempts: 0 });
const anonymous = createSocket({ url: url.replace("http", "ws"), webSocketImpl: WebSocket, connectionParams: {}, retryAttempts: 0 });
const sse = createSse({ url, headers: { authorization }, retryAttempts: 0 });
const urql = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false, fetchSubscriptions: true, fetchOptions: { headers: { authorization } } });

const count = "subscription { count(to: 3) }";
found.socketSubscription = await collect(socket, count);
found.socketQuery = await collect(socket, "{ hello }");
found.socketMutation = await collect(socket, "mutation { touch }");
found.socketInvalid = await collect(socket, "{ nothing }");
found.socketSyntax = await collect(socket, "{");
found.socketFailing = await collect(socket, "subscription { failing }");
found.socketStranger = await collect(anonymous, "{ hello }");
found.sseSubscription = await collect(sse, count);
found.sseQuery = await collect(sse, "{ hello }");
found.sseInvalid = await collect(sse, "{ nothing }");
found.sseFailing = await collect(sse, "subscription { failing }");
const answer = await urql.query("{ hello }", {}).toPromise();
found.urqlQuery = { data: answer.data, error: answer.error?.message };
found.urqlSubscription = await new Promise((resolve) => {
  const values = [];
  urql.subscription(count, {}).subscribe((result) => {
    if (result.error) resolve({ values, error: result.error.message });
    values.push(result.data?.count);
    if (values.length === 3) resolve({ values });
  });
});
await socket.dispose();
await anonymous.dispose();
sse.dispose();
console.log(JSON.stringify(found));
