import "graphiql/setup-workers/vite";
import "@fontsource/fira-code/latin-400.css";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import "./style.css";

import { createRoot } from "react-dom/client";

import { Playground } from "./playground";

const root = document.getElementById("playground");
if (root === null) throw new Error("index.html has no #playground");
createRoot(root).render(<Playground />);
