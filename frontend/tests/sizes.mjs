/** The budgets of the built pages: what a phone must fetch before the first screen, compressed. `npm run sizes`. */
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const DIST = resolve(dirname(fileURLToPath(import.meta.url)), "../dist");
const KILOBYTE = 1024;
/** Every screen that the app can show, "wall/Wall" for one. */
const APP = await readFile(join(DIST, "../src/App.svelte"), "utf8");
const ROUTES = [...APP.matchAll(/: \(\) => import\("\.\/screens\/(.+)\.svelte"\)/g)].map(([, name]) => name);
if (ROUTES.length === 0) throw new Error("no screen found in src/App.svelte: has its table another shape?");
const JS_LIMIT = 45 * KILOBYTE;
const CSS_LIMIT = 15 * KILOBYTE;
const PHONE_LIMIT = 80 * KILOBYTE;

const manifest = JSON.parse(await readFile(join(DIST, ".vite/manifest.json"), "utf8"));

async function weight(names) {
  const sizes = await Promise.all([...names].map(async (name) => gzipSync(await readFile(join(DIST, name))).length));
  return sizes.reduce((sum, each) => sum + each, 0);
}

/** The files of a chunk and of everything it imports at once. */
function filesOf(key, found = { js: new Set(), css: new Set() }) {
  const chunk = manifest[key];
  if (!chunk || found.js.has(chunk.file)) return found;
  found.js.add(chunk.file);
  for (const name of chunk.css ?? []) found.css.add(name);
  for (const each of chunk.imports ?? []) filesOf(each, found);
  return found;
}

let broken = false;
const page = await weight(["index.html"]);
for (const route of ROUTES) {
  const found = filesOf("index.html");
  // The larger dictionary, since every first page needs one of the two.
  filesOf("src/i18n/nl.ts", found);
  filesOf(`src/screens/${route}.svelte`, found);
  if (!manifest[`src/screens/${route}.svelte`]) throw new Error(`no such screen in the build: ${route}`);
  const [js, css] = [await weight(found.js), await weight(found.css)];
  const fits = js <= JS_LIMIT && css <= CSS_LIMIT && page + js + css <= PHONE_LIMIT;
  broken ||= !fits;
  const said = (bytes) => `${(bytes / KILOBYTE).toFixed(1)} KB`;
  console.log(`${fits ? "✓" : "✕"} ${route.padEnd(18)} js ${said(js)}  css ${said(css)}  all ${said(page + js + css)}`);
}
if (broken) {
  console.error("Too large: js <= 45 KB, css <= 15 KB, all <= 80 KB, compressed.");
  console.error("What stands in src/i18n, src/ui and src/live weighs on each of them: take as much out, or load it when it is needed.");
  process.exitCode = 1;
}
