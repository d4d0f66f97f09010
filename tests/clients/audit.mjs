// Runs the audits of GraphQL over HTTP against a service: node audit.mjs URL TOKEN
import { serverAudits } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, {
    ...options,
    headers: { ...options.headers, authorization: `Bearer ${token}`, "graphql-require-preflight": "1" },
  });

const results = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const { status, id, name, reason } = await audit.fn();
  results.push({ status, id, name, reason });
}
console.log(JSON.stringify(results));
