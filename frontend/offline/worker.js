/**
 * The service worker: keeps the shell of one release, so that the pages open without network.
 *
 * The build puts RELEASE (a digest of SHELL) and SHELL (path -> SRI digest) in front of this text; see `plugin.ts`.
 * It never touches /api: what people read and send there is always the server's own answer.
 */
/* global RELEASE, SHELL */
const CACHE = `noaber-${RELEASE}`;
const PAGE = "/index.html";
/** A network that says nothing for so long is no network: the kept page is shown, and it says itself what it knows. */
const PATIENCE_MS = 4_000;
/** What a tap on a message may open (services/notification/rules/pushing.py). */
const PAGES = ["cards", "desk", "devices"];

self.addEventListener("install", (event) => event.waitUntil(keepShell()));
self.addEventListener("activate", (event) => event.waitUntil(dropOthers()));
self.addEventListener("push", (event) => event.waitUntil(show(event.data?.json() ?? {})));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification.data));
});
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin || pathname.startsWith("/api/")) return;
  if (mode === "navigate") event.respondWith(pageFor(event.request));
  else if (pathname.startsWith("/assets/")) event.respondWith(assetFor(event.request));
});

/** One message; the same one again replaces itself. A browser takes the right away from who is sent one and shows none. */
async function show({ id, text, language, page }) {
  await self.registration.showNotification("Noaber", {
    body: text ?? "", lang: language ?? "", tag: id ?? "", data: page ?? "", icon: "/icon-192.png", requireInteraction: true,
  });
}

/** A page that is named, and no address that is sent: where it is open already, that window, with what was typed in it. */
async function openPage(page) {
  const path = PAGES.includes(page) ? `/${page}` : "/";
  const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = open.find((each) => new URL(each.url).pathname === path);
  return there ? there.focus() : self.clients.openWindow(path);
}

/** Whole or not at all: one file of another release, and this release is not installed. */
async function keepShell() {
  const cache = await caches.open(CACHE);
  // By twos: whoever reports on a slow line meanwhile goes first.
  const waiting = Object.entries(SHELL);
  const take = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [path, integrity] = next;
      const answer = await fetch(path, { integrity, cache: path === PAGE ? "no-cache" : "default" });
      if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
      await cache.put(path, answer);
    }
  };
  await Promise.all([take(), take()]);
}

/** Runs when no page of an older release is open any more: nobody is left who needs its files. */
async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((each) => each.startsWith("noaber-") && each !== CACHE).map((each) => caches.delete(each)));
}

/** The newest page where there is a network, so that no release is ever hidden by an older one; else the kept page. */
async function pageFor(request) {
  try {
    const answer = await fetch(request, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status < 500) return answer;
  } catch {
    // No network, or none that answers: the kept page is for exactly this.
  }
  const cache = await caches.open(CACHE);
  return (await cache.match(PAGE)) ?? Response.error();
}

/** Files under /assets have their digest in their name: what is kept is what the server would send. */
async function assetFor(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request.url);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request.url, answer.clone());
  return answer;
}
