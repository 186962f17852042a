import { defineConfig } from "vite";

/** Three pages, built to `dashboard/static/`; names carry a hash, so that browsers may keep them. */
export default defineConfig({
  base: "/",
  build: {
    outDir: "../static",
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { wall: "index.html", desktop: "desktop.html", login: "login.html" },
    },
  },
  server: { proxy: { "/api": { target: "http://127.0.0.1:8088", ws: true } } },
});
