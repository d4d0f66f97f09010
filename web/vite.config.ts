import { defineConfig } from "vite";

export default defineConfig({
  // Every address is relative, so that the page works under any prefix a reverse proxy puts before it.
  base: "./",
  build: {
    outDir: "../graph/static",
    emptyOutDir: true,
    // The page answers at `…/graphql`: `./graphql/assets/x.js` in it is what the service has at `/graphql/assets/x.js`.
    assetsDir: "graphql/assets",
    // The page's Content-Security-Policy admits no `data:` script, style or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    // Monaco is one large piece, loaded once and kept by the browser.
    chunkSizeWarningLimit: 4096,
    // "use client" speaks to server-side rendering, of which there is none here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    license: { fileName: "third-party-licenses.md" },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/graphql": { target: "http://127.0.0.1:8025", ws: true } },
  },
});
