/**
 * Messages on this device, in a browser with its service worker: switched on, shown, and off again.
 *
 * A Chromium without a screen gives nobody the right to show messages, and reaches no push service. So that right, the
 * place its `PushManager` would give and the last step of showing are made up. The worker, what it is handed by the
 * browser's own tools and what it asks to be shown are the browser's.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { NOW, ORGANISATIONS, PASSKEYS, SESSIONS, snapshotOf } from "../fixtures/story.mjs";
import { launch } from "./chromium.mjs";
import { serve } from "./stage.mjs";
import { SIZES, fits, gone, named, staged } from "./staged.mjs";

const KEY = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const ENDPOINT = "https://fcm.googleapis.com/fcm/send/";
const WORDS = {
  nl: { title: "Meldingen op dit toestel", on: "Zet meldingen aan", off: "Zet meldingen uit", is: "Dit toestel toont meldingen", maker: "De maker van je browser" },
  en: { title: "Notifications on this device", on: "Switch notifications on", off: "Switch notifications off", is: "This device shows notifications", maker: "The maker of your browser" },
};

let site;
let browser;
let devices;

/** As the directory names this browser for this person. */
function idOf(endpoint) {
  const hex = createHash("sha256").update(`${snapshotOf("gert").me.person} ${endpoint}`).digest("hex").slice(0, 32);
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function api(path, request, body) {
  if (path === "/api/live/snapshot") return snapshotOf("gert");
  if (path === "/api/directory/organisations") return { organisations: ORGANISATIONS };
  if (path === "/api/directory/passkeys") return PASSKEYS;
  if (path === "/api/directory/sessions") return { sessions: SESSIONS };
  if (path === "/api/directory/language") return { language: "nl" };
  if (path.startsWith("/api/directory/oidc/")) return { organisations: [] };
  if (path === "/api/directory/push" && request.method === "POST") {
    const { endpoint, p256dh, auth } = JSON.parse(body).subscription;
    assert.ok(p256dh && auth);
    devices = [...devices, { id: idOf(endpoint), added_at: new Date(NOW).toISOString(), service: new URL(endpoint).host }];
  }
  if (path.endsWith("/remove")) devices = devices.filter((each) => !path.includes(each.id));
  if (path.startsWith("/api/directory/push")) return { key: KEY, devices };
  return { row: null, rows: [] };
}

before(async () => {
  site = await serve(api);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** A place at a push service as the browser would give it, kept as long as the page is there. */
function madeUp(endpoint) {
  Notification.requestPermission = async () => "granted";
  let kept = null;
  let number = 0;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0)).buffer;
  PushManager.prototype.getSubscription = async () => kept;
  PushManager.prototype.subscribe = async ({ userVisibleOnly, applicationServerKey }) => {
    if (!userVisibleOnly) throw new DOMException("silent", "NotAllowedError");
    const place = `${endpoint}${(number += 1)}`;
    kept = {
      endpoint: place, options: { applicationServerKey: bytes(applicationServerKey) },
      toJSON: () => ({ endpoint: place, keys: { p256dh: "point", auth: "secret" } }),
      unsubscribe: async () => ((kept = null), true),
    };
    return kept;
  };
}

for (const [language, size] of [["nl", SIZES.phone], ["en", SIZES.wide]]) {
  test(`messages are switched on and off on this device, shown in its language, and a tap finds its page (${language})`, async () => {
    devices = [];
    const context = await browser.newContext({
      baseURL: site.url, viewport: size, locale: language === "nl" ? "nl-NL" : "en-GB", reducedMotion: "reduce",
    });
    try {
      const page = await context.newPage();
      page.setDefaultTimeout(8_000);
      const errors = [];
      page.on("pageerror", (error) => errors.push(String(error)));
      await page.addInitScript(madeUp, ENDPOINT);
      await page.routeWebSocket("**/api/live/socket", (socket) => {
        socket.onMessage(() => socket.send(JSON.stringify({ type: "hello", cursor: "c1", at: new Date(NOW).toISOString() })));
      });
      const words = WORDS[language];
      await page.goto("/devices");
      await page.getByRole("heading", { name: words.title }).waitFor();
      await page.getByText(words.maker).waitFor();
      await fits(page);
      await page.getByRole("button", { name: words.on }).click();
      await page.getByText(words.is).waitFor();
      assert.deepEqual(devices.map((each) => each.id), [idOf(`${ENDPOINT}1`)]);
      await fits(page);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/push-${language}.png`, fullPage: true });

      const shown = await push(context, page, { id: "6", text: "Oefening. Noaber: bel 14 053.", language, page: "cards" });
      assert.deepEqual(shown, [["Noaber", "Oefening. Noaber: bel 14 053.", language, "6", "cards"]]);

      await page.getByRole("button", { name: words.off }).click();
      await page.getByRole("button", { name: words.on }).waitFor();
      assert.deepEqual(devices, []);
      assert.deepEqual(errors, []);
    } finally {
      await context.close();
    }
  });
}

/** What a push service would bring, and what the worker then asks to be shown. */
async function push(context, page, content) {
  const line = await context.newCDPSession(page);
  const registered = new Promise((found) => {
    line.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => registrations[0] && found(registrations[0].registrationId));
  });
  await line.send("ServiceWorker.enable");
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const registrationId = await registered;
  const [worker] = context.serviceWorkers();
  await worker.evaluate(() => {
    self.shown = new Promise((asked) => {
      self.registration.showNotification = async (title, { body, lang, tag, data }) => asked([[title, body, lang, tag, data]]);
    });
  });
  await line.send("ServiceWorker.deliverPushMessage", { origin: site.url, registrationId, data: JSON.stringify(content) });
  return worker.evaluate(() => self.shown);
}

test("a browser that says no, and one that reaches no push service, are told what to do; another device is switched off from here", async () => {
  const away = { id: "00000000-0000-0000-0000-000000000009", added_at: "2020-11-30T10:00:00Z", service: "web.push.apple.com" };
  const removed = () => [200, { key: KEY, devices: [] }];
  const commands = { "/directory/push": [200, { key: KEY, devices: [away] }], [`/push/${away.id}/remove`]: removed };
  await staged(named("devices"), { size: SIZES.phone, commands }, async (page) => {
    const on = page.getByRole("button", { name: WORDS.nl.on });
    for (const [answer, said] of [["denied", "Je browser blokkeert meldingen"], ["granted", "kreeg geen verbinding met zijn berichtendienst"]]) {
      await page.evaluate((told) => (Notification.requestPermission = async () => told), answer);
      // The stage lets no worker in, so there is none to subscribe with; nor for the page itself, which asks for one later.
      await page.evaluate(() => {
        const none = Promise.reject(new DOMException("none", "AbortError"));
        none.catch(() => undefined);
        navigator.serviceWorker.register = () => none;
      });
      await on.click();
      await page.getByText(said).waitFor();
    }
    await page.getByText("via web.push.apple.com").waitFor();
    await fits(page);
    await page.getByRole("button", { name: /^Zet meldingen uit op het toestel van/ }).click();
    await page.getByText("via web.push.apple.com").waitFor({ state: "detached" });
  });
});

test("where nothing is pushed the page does not speak of it", () =>
  staged(named("devices"), { size: SIZES.phone }, async (page) => {
    await page.getByRole("heading", { name: "Wat Noaber van je bewaart" }).waitFor();
    await page.waitForLoadState("networkidle");
    await gone(page.getByText(WORDS.nl.title));
  }));
