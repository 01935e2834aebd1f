import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { workerFor } from "../../offline/plugin";

const SOURCE = readFileSync(join(import.meta.dirname, "../../offline/worker.js"), "utf8");
const ORIGIN = "https://noaber.example";

type Shown = { title: string; body: string; tag: string; lang: string; data: string };
type Asked = { request: { method: string; mode: string; url: string }; respondWith(answer: Promise<Response>): void };
type Listener = (event: Asked & { waitUntil(done: Promise<unknown>): void }) => void;

/** The worker of one release in a made-up browser: `network` answers what it fetches. */
function worker(page: string, network: (path: string, more?: RequestInit) => Promise<Response>, stores = new Map<string, Map<string, Response>>(), windows: string[] = []) {
  const listeners = new Map<string, Listener>();
  const shown: Shown[] = [];
  const opened: string[] = [];
  const self = {
    location: { origin: ORIGIN },
    addEventListener: (name: string, listener: Listener) => listeners.set(name, listener),
    registration: { showNotification: async (title: string, more: Omit<Shown, "title">) => void shown.push({ title, ...more }) },
    clients: {
      matchAll: async () => windows.map((path) => ({ url: ORIGIN + path, focus: async () => opened.push(`focus ${path}`) })),
      openWindow: async (path: string) => opened.push(`open ${path}`),
    },
  };
  const pathOf = (asked: string | { url: string }) => new URL(typeof asked === "string" ? asked : asked.url, ORIGIN).pathname;
  const caches = {
    open: async (name: string) => {
      const store = stores.get(name) ?? stores.set(name, new Map()).get(name)!;
      return {
        put: async (asked: string, answer: Response) => void store.set(pathOf(asked), answer),
        match: async (asked: string) => store.get(pathOf(asked))?.clone(),
      };
    },
    keys: async () => [...stores.keys()],
    delete: async (name: string) => stores.delete(name),
  };
  const text = workerFor(new Map([["index.html", Buffer.from(page)]]), SOURCE);
  new Function("self", "caches", "fetch", text)(self, caches, (asked: string | { url: string }, more?: RequestInit) => network(pathOf(asked), more));
  const lasting = async (name: string, more: object = {}) => {
    let done: Promise<unknown> = Promise.resolve();
    listeners.get(name)!({ waitUntil: (work: Promise<unknown>) => (done = work), ...more } as never);
    await done;
  };
  const push = (content: object | null) => lasting("push", { data: content && { json: () => content } });
  const tap = (page: unknown) => lasting("notificationclick", { notification: { data: page, close: () => undefined } });
  const ask = async (path: string, mode = "cors", method = "GET"): Promise<string | null> => {
    let answer: Promise<Response> | null = null;
    listeners.get("fetch")!({ request: { method, mode, url: new URL(path, ORIGIN).href }, respondWith: (given: Promise<Response>) => (answer = given) } as never);
    return answer && (await answer as Response).text();
  };
  return { stores, ask, shown, opened, push, tap, install: () => lasting("install"), activate: () => lasting("activate") };
}

const says = (text: string, status = 200) => async () => new Response(text, { status });
const silence = () => Promise.reject(new TypeError("no network"));

test("shows the newest page while there is a network, and the kept one without it or when the server fails", async () => {
  let network: (path: string) => Promise<Response> = says("old");
  const { ask, install } = worker("old", (path) => network(path));
  await install();
  network = says("new");
  expect(await ask("/report", "navigate")).toBe("new");
  network = silence;
  expect(await ask("/report", "navigate")).toBe("old");
  network = says("bad gateway", 502);
  expect(await ask("/report", "navigate")).toBe("old");
});

test("leaves the API, other methods and other sites alone", async () => {
  const { ask } = worker("page", says("never"));
  expect(await ask("/api/live/snapshot")).toBeNull();
  expect(await ask("/api/live/snapshot", "navigate")).toBeNull();
  expect(await ask("/assets/a.js", "cors", "POST")).toBeNull();
  expect(await ask("https://elsewhere.example/assets/a.js")).toBeNull();
});

test("a network that never answers is none, and without a kept page the browser says so", async () => {
  const timeout = vi.spyOn(AbortSignal, "timeout").mockImplementation(() => AbortSignal.abort());
  const mute = (_path: string, more?: RequestInit) => new Promise<Response>((_, reject) => more?.signal?.aborted && reject(more.signal.reason));
  const { ask, install, stores } = worker("old", says("old"));
  await install();
  expect(await worker("old", mute, stores).ask("/report", "navigate")).toBe("old");
  expect(timeout).toHaveBeenCalledWith(4_000);
  timeout.mockRestore();
  expect(await ask("/report", "navigate")).toBe("old");
  expect(await worker("page", silence).ask("/report", "navigate")).toBe("");
});

test("fetches each file of its release by its digest, and the page past every cache", async () => {
  const asked: unknown[] = [];
  const { install } = worker("page", async (path, more) => {
    asked.push([path, more?.integrity, more?.cache]);
    return new Response("page");
  });
  await install();
  expect(asked).toEqual([["/index.html", `sha384-${createHash("sha384").update("page").digest("base64")}`, "no-cache"]]);
});

test("keeps a file with a digest in its name once it came, and no error in its place", async () => {
  let network: (path: string) => Promise<Response> = says("gone", 404);
  const { ask } = worker("page", (path) => network(path));
  expect(await ask("/assets/a-1.js")).toBe("gone");
  network = says("code");
  expect(await ask("/assets/a-1.js")).toBe("code");
  network = silence;
  expect(await ask("/assets/a-1.js")).toBe("code");
});

test("is not installed by halves, and drops the files of older releases only when it takes over", async () => {
  const { stores, install } = worker("old", says("old"));
  await install();
  await expect(worker("new", says("nothing", 503), stores).install()).rejects.toThrow("503");
  const later = worker("new", says("new"), stores);
  await later.install();
  expect(await worker("old", silence, stores).ask("/", "navigate")).toBe("old");
  stores.set("of-another-app", new Map());
  await later.activate();
  expect([...stores.keys()]).toContain("of-another-app");
  expect(stores.size).toBe(2);
  expect(await worker("new", silence, stores).ask("/", "navigate")).toBe("new");
});

test("shows what was pushed once and in its language, and always something", async () => {
  const { push, shown } = worker("page", says("never"));
  await push({ id: "6", text: "Oefening. Noaber: bel 14 053.", language: "nl", page: "desk" });
  await push(null);
  expect(shown.map(({ title, body, tag, lang, data }) => [title, body, tag, lang, data])).toEqual([
    ["Noaber", "Oefening. Noaber: bel 14 053.", "6", "nl", "desk"],
    ["Noaber", "", "", "", ""],
  ]);
});

test("a tap opens a page of ours by its name, in the window where it is open already, and no address", async () => {
  const { tap, opened } = worker("page", says("never"), new Map(), ["/desk"]);
  for (const page of ["cards", "desk", "https://elsewhere.example/", "//elsewhere.example", undefined]) await tap(page);
  expect(opened).toEqual(["open /cards", "focus /desk", "open /", "open /", "open /"]);
});
