import type { GraphiQLProps } from "graphiql";

import change from "./examples/change.graphql?raw";
import changeVariables from "./examples/change.json?raw";
import history from "./examples/history.graphql?raw";
import historyVariables from "./examples/history.json?raw";
import read from "./examples/read.graphql?raw";
import test from "./examples/test.graphql?raw";
import testVariables from "./examples/test.json?raw";
import verify from "./examples/verify.graphql?raw";

/** The tabs with which the page opens. A tab's title is its operation's name. */
export const EXAMPLES: NonNullable<GraphiQLProps["defaultTabs"]> = [
  { query: read },
  { query: change, variables: changeVariables },
  { query: test, variables: testVariables },
  { query: history, variables: historyVariables },
  { query: verify },
];
