import { defineConfig } from "vite";

export default defineConfig({
  // Every URL is relative, so that the page works under any path prefix of a reverse proxy.
  base: "./",
  build: {
    outDir: "../graph/static",
    emptyOutDir: true,
    // The page is served at `…/graphql`, so its `./graphql/assets/x.js` is the service's `/graphql/assets/x.js`.
    assetsDir: "graphql/assets",
    // The page's Content-Security-Policy allows no `data:` script, style or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2023",
    // Monaco is one large chunk, which the browser loads once and caches.
    chunkSizeWarningLimit: 4096,
    // "use client" matters only for server-side rendering, which is not used here.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    license: { fileName: "third-party-licenses.md" },
  },
  worker: { format: "es" },
  server: {
    proxy: { "/graphql": { target: "http://127.0.0.1:8025", ws: true } },
  },
});
