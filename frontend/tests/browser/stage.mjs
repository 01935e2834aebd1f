/** The built pages in a browser with a stand-in for the servers, so that screens can be looked at one by one. */
import { access, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { dirname, extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { COLLEAGUES, DEMO_PEOPLE, HIT_DESK, INCIDENT, NOW, ORGANISATIONS, PASSKEYS, SESSIONS, snapshotOf } from "../fixtures/story.mjs";

const DIST = resolve(dirname(fileURLToPath(import.meta.url)), "../../dist");
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".json": "application/json", ".png": "image/png" };

/** Every screen: a name, who looks, and the path. */
export const SCREENS = [
  { name: "sign-in", who: null, path: "/sign-in" },
  { name: "report", who: "wilma", path: "/report" },
  { name: "report-ibd", who: "ruud", path: "/report" },
  { name: "incidents", who: "wilma", path: "/incidents" },
  { name: "incident", who: "gert", path: `/incident/${INCIDENT}` },
  { name: "incident-read", who: "fatima", path: `/incident/${INCIDENT}` },
  { name: "tasks", who: "joris", path: "/tasks" },
  { name: "tasks-none", who: "kees", path: "/tasks" },
  { name: "desk", who: "anouk", path: "/desk" },
  { name: "desk-hit", who: "anouk", path: "/desk", rows: HIT_DESK },
  { name: "wall", who: "fatima", path: "/wall" },
  { name: "welcome", who: null, path: "/welcome#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG" },
  { name: "devices", who: "gert", path: "/devices" },
  { name: "access", who: "gert", path: "/access" },
  { name: "switch", who: "gert", path: "/trust" },
  { name: "switch-ibd", who: "ruud", path: "/trust" },
  { name: "missing", who: "kees", path: "/nowhere" },
];

/** What Caddy sends along with every page. */
const POLICY = "default-src 'self'; connect-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

async function textOf(request) {
  let text = "";
  for await (const part of request) text += part;
  return text;
}

/** Serves dist as Caddy does: unknown paths get the page itself. `api(path, request, body)`, if any, answers the rest; null: 401. */
export async function serve(api) {
  await access(join(DIST, "index.html")).catch(() => {
    throw new Error("There are no built pages yet: run `npm run build` first.");
  });
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    if (api && path.startsWith("/api/")) {
      void textOf(request).then((body) => {
        const answer = api(path, request, body);
        response.writeHead(answer?.code ? answer.status : answer ? 200 : 401, { "content-type": "application/json" }).end(JSON.stringify(answer ?? { code: "signed_out" }));
      });
      return;
    }
    const file = extname(path) ? path : "/index.html";
    readFile(join(DIST, file)).then(
      (body) => response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream", ...(extname(file) === ".html" && { "content-security-policy": POLICY }) }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address();
  return { url: `http://localhost:${port}`, close: () => new Promise((closed) => server.close(closed)) };
}

/**
 * A page on which `who` is signed in; commands get the answers of `commands`: path suffix -> [status, body], or a
 * function of what was sent that gives the same. `played`: whether made-up people can be chosen.
 */
export async function stage(browser, url, { who, rows, language = "nl", scheme = "light", size, commands = {}, played = true }) {
  const context = await browser.newContext({
    baseURL: url, colorScheme: scheme, viewport: size, locale: language === "nl" ? "nl-NL" : "en-GB", reducedMotion: "reduce",
    serviceWorkers: "block",
  });
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.clock.setFixedTime(new Date(NOW));
  const json = (route, body, status = 200) => route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  let seated = who;
  await page.route("**/api/**", (route) => {
    const path = new URL(route.request().url()).pathname;
    if (path === "/api/live/snapshot") return seated ? json(route, snapshotOf(seated, seated === who ? rows : undefined)) : json(route, { code: "signed_out" }, 401);
    if (path === "/api/directory/organisations") return json(route, { organisations: ORGANISATIONS });
    if (path === "/api/directory/demo/people" && !played) return json(route, { code: "not_signed_in" }, 401);
    if (path === "/api/directory/demo/people") return json(route, { people: DEMO_PEOPLE });
    if (path === "/api/directory/colleagues") return json(route, { people: COLLEAGUES });
    if (path === "/api/directory/passkeys") return json(route, PASSKEYS);
    if (path === "/api/directory/language" && route.request().method() === "GET") return json(route, { language: "nl" });
    if (path === "/api/directory/push" && !commands["/directory/push"]) return json(route, { key: "", devices: [] });
    if (path === "/api/aid/duty" && route.request().method() === "GET" && !commands["/aid/duty"]) return json(route, { people: [] });
    if (path === "/api/directory/sessions") return json(route, { sessions: SESSIONS });
    if (path === "/api/directory/demo/sign-in") {
      const { person } = route.request().postDataJSON();
      seated = DEMO_PEOPLE.find((each) => each.person === person)?.host;
      return json(route, {});
    }
    const known = Object.keys(commands).find((suffix) => path.endsWith(suffix));
    if (path === "/api/directory/sign-out" && !known) seated = null;
    if (path.startsWith("/api/directory/oidc/") && !known) return json(route, { organisations: [] });
    const said = commands[known] ?? [200, { row: null, rows: [] }];
    const [status, body] = typeof said === "function" ? said(route.request().postDataJSON()) : said;
    return json(route, body, status);
  });
  let newest;
  await page.routeWebSocket("**/api/live/socket", (socket) => {
    newest = socket;
    socket.onMessage(() => socket.send(JSON.stringify({ type: "hello", cursor: "c1", at: new Date(NOW).toISOString() })));
  });
  const say = (frame) => newest.send(JSON.stringify(frame));
  const hangUp = (code) => newest.close({ code });
  return { page, context, errors, say, hangUp };
}

/** Opens a screen and waits until it shows what it has to show. */
export async function open(page, screen) {
  await page.goto(screen.path);
  await page.locator("main h1, main p").first().waitFor({ state: "attached" });
  if (screen.who) await page.getByText("Live").first().waitFor();
  await page.evaluate(() => document.fonts.ready);
}
