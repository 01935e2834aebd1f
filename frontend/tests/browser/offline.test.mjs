/** A report without any network, in a browser with its service worker: it opens, is kept unreadable, and is sent once. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NOW, ORGANISATIONS, snapshotOf } from "../fixtures/story.mjs";
import { launch } from "./chromium.mjs";
import { serve } from "./stage.mjs";
import { SIZES, violations } from "./staged.mjs";

let site;
let browser;
let sent;

/** The servers, behind the same origin: a service worker sees what the page asks of them. */
function api(path, request, body) {
  if (path === "/api/live/snapshot") return snapshotOf("wilma");
  if (path === "/api/directory/organisations") return { organisations: ORGANISATIONS };
  if (request.method === "POST") sent.push({ path, key: request.headers["idempotency-key"], body: JSON.parse(body) });
  return { row: null, rows: [] };
}

before(async () => {
  sent = [];
  site = await serve(api);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

const kept = (page) =>
  page.evaluate(async () => {
    const database = await new Promise((opened) => (indexedDB.open("noaber-device").onsuccess = (event) => opened(event.target.result)));
    const all = (name) => new Promise((read) => (database.transaction("records").objectStore("records")[name]().onsuccess = (event) => read(event.target.result)));
    const [names, records] = [await all("getAllKeys"), await all("getAll")];
    database.close();
    return { names, text: records.map((each) => new TextDecoder("latin1").decode(each.body)).join() + JSON.stringify(localStorage) };
  });

test("a report and a request are written and kept without network, and each is sent once when it is back", async () => {
  const context = await browser.newContext({ baseURL: site.url, viewport: SIZES.phone, locale: "nl-NL", reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.routeWebSocket("**/api/live/socket", (socket) => {
      socket.onMessage(() => socket.send(JSON.stringify({ type: "hello", cursor: "c1", at: new Date(NOW).toISOString() })));
    });
    await page.goto("/report");
    await page.getByText("Live").first().waitFor();
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.waitForFunction(async () => (await indexedDB.databases()).length > 0);
    for (let tries = 0; !(await kept(page)).names.includes("who"); tries += 1) assert.ok(tries < 200, "who was here is kept");

    await context.setOffline(true);
    await page.goto("/report");
    await page.getByText("Er is nu geen netwerk").waitFor();
    await page.getByRole("button", { name: "net", exact: true }).click();
    await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
    await page.getByRole("button", { name: "Meld incident" }).click();
    await page.getByText("Wacht op netwerk").waitFor();
    assert.deepEqual(await violations(page), []);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/waiting.png`, fullPage: true });
    await page.getByRole("button", { name: "Vraag hulp" }).click();
    await page.getByRole("button", { name: "Vraag voorlopig" }).click();
    await page.getByText("Wacht op netwerk").nth(1).waitFor();
    await page.reload();
    await page.getByText("Wacht op netwerk").nth(1).waitFor();
    const { names, text } = await kept(page);
    assert.equal(names.filter((each) => each.startsWith("letter/")).length, 2);
    assert.doesNotMatch(text, /06 12|phone/);
    assert.deepEqual(sent, []);

    await context.setOffline(false);
    await page.getByText("Verzonden.").nth(1).waitFor();
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/sent.png`, fullPage: true });
    assert.deepEqual(sent.map(({ path }) => path), ["/api/aid/incidents", "/api/aid/requests"]);
    assert.equal(sent[1].body.incident, sent[0].body.id);
    assert.equal(sent[0].body.call_back.phone, "06 12 34 56 78");
    assert.equal(new Set(sent.map(({ key }) => key)).size, 2);
    assert.deepEqual((await kept(page)).names.filter((each) => each.startsWith("letter/")), []);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
});
