import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";
import { offlineShell } from "./offline/plugin.ts";
import { packed } from "./packed.ts";

const BASE =
  /src\/(api\/(?!passkeys)|live|router|gen\/catalogue|i18n\/(index|time)|ui\/(announce|focus|sending|Button|Chip|Choice|Field|IbdNumber|Links|LiveIndicator|Notice|ProblemNote|Shell|Stepper|Tick))/;
/** This device's memory: read by several pages, and by each of them whole. */
const DEVICE = /src\/offline\/(outbox|shelf|vault|who)/;

const STACK = process.env["NOABER_URL"] ?? "http://localhost:7400";

export default defineConfig({
  plugins: [svelte(), offlineShell(), packed()],
  build: {
    target: "es2022",
    cssCodeSplit: true,
    modulePreload: { polyfill: false },
    manifest: true,
    // Nearly every page needs these, and one file compresses better than twenty crumbs.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "base", test: BASE }, { name: "device", test: DEVICE }] } } },
  },
  // `make pages RUN=dev` shows the pages against a stack that already runs. It takes orders from its own pages alone.
  server: { proxy: { "/api": { target: STACK, ws: true, changeOrigin: true, headers: { origin: STACK } } } },
  // Vitest resolves as a server would, and Svelte mounts nothing there. Elsewhere the defaults stand.
  ...(process.env["VITEST"] ? { resolve: { conditions: ["browser"] } } : {}),
  // One jsdom for all files: making one for each took three quarters of the time.
  test: { environment: "jsdom", include: ["tests/unit/**/*.test.ts"], restoreMocks: true, isolate: false },
});
