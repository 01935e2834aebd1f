/** Without any network, in a browser with its service worker: a report is kept and sent once, and what was seen is read again. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { INCIDENT, NOW, ORGANISATIONS, PEOPLE, snapshotOf } from "../fixtures/story.mjs";
import { launch } from "./chromium.mjs";
import { serve } from "./stage.mjs";
import { SIZES, gone, violations } from "./staged.mjs";

let site;
let browser;
let sent;
/** Who is signed in, by the servers; null: nobody. */
let seated = "wilma";
/** What a command is refused with; null: nothing is. */
let refusal = null;

/** The servers, behind the same origin: a service worker sees what the page asks of them. */
function api(path, request, body) {
  if (path === "/api/live/snapshot") return seated && snapshotOf(seated);
  if (path === "/api/directory/organisations") return { organisations: ORGANISATIONS };
  if (/sign-out|end-all/.test(path)) seated = null;
  if (request.method !== "POST") return null;
  if (refusal) return refusal;
  sent.push({ path, key: request.headers["idempotency-key"], body: JSON.parse(body) });
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
    await page.getByRole("button", { name: "Nog een hulpvraag" }).waitFor();
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
    const leads = await page.getByRole("link", { name: "Bekijk", exact: true }).evaluateAll((all) => all.map((each) => each.pathname));
    assert.deepEqual(leads, Array(2).fill(`/incident/${sent[0].body.id}`));
    for (const left of [1, 0]) {
      await page.getByRole("button", { name: "Begrepen" }).first().click();
      await page.getByText("Verzonden.").nth(left).waitFor({ state: "detached" });
    }

    refusal = { code: "not_your_right", status: 403, detail: null, facts: {} };
    await context.setOffline(true);
    await page.goto("/report");
    const phone = page.getByLabel("Wie kunnen we bellen?");
    await page.getByRole("button", { name: "net", exact: true }).click();
    await phone.fill("06 87 65 43 21");
    await page.getByRole("button", { name: "Meld incident" }).click();
    await page.getByText("Wacht op netwerk").waitFor();
    await context.setOffline(false);
    await page.getByText("Niet aangenomen").waitFor();
    await page.getByRole("button", { name: "Terug naar wat je invulde" }).click();
    await until(async () => (await phone.inputValue()) === "06 87 65 43 21", "what was refused is in its form again");
    assert.deepEqual(errors, []);
  } finally {
    refusal = null;
    await context.close();
  }
});

test("it can be installed, and opens from its icon as an app of its own", async () => {
  const context = await browser.newContext({ baseURL: site.url, viewport: SIZES.phone, locale: "nl-NL" });
  try {
    const page = await context.newPage();
    await page.goto("/report");
    const browsers = await context.newCDPSession(page);
    const { url, errors, data } = await browsers.send("Page.getAppManifest");
    assert.deepEqual([new URL(url).pathname, errors], ["/manifest.json", []]);
    const { display, start_url, icons } = JSON.parse(data);
    assert.deepEqual([display, start_url], ["standalone", "/"]);
    for (const { src, sizes } of icons) {
      const { naturalWidth, naturalHeight } = await page.evaluate(async (at) => {
        const icon = Object.assign(new Image(), { src: at });
        await icon.decode();
        return { naturalWidth: icon.naturalWidth, naturalHeight: icon.naturalHeight };
      }, src);
      assert.equal(`${naturalWidth}x${naturalHeight}`, sizes, src);
    }
    const no = await browsers.send("Page.getInstallabilityErrors");
    assert.deepEqual(no.installabilityErrors, []);
  } finally {
    await context.close();
  }
});

const HOUR = 3_600_000;

/** A page with nothing in memory, the only one there is. */
async function anew(context, offline, now) {
  for (const page of context.pages()) await page.close();
  await context.setOffline(offline);
  await context.clock.setFixedTime(now);
  const page = await context.newPage();
  page.setDefaultTimeout(8_000);
  return page;
}

/** Somebody looks at the incident, with a network, until this device has kept it; returns the page and its socket. */
async function see(context, name) {
  seated = name;
  const page = await anew(context, false, NOW);
  const at = { page, socket: null };
  await page.routeWebSocket("**/api/live/socket", (socket) => {
    at.socket = socket;
    socket.onMessage(() => socket.send(JSON.stringify({ type: "hello", cursor: "c1", at: new Date(NOW).toISOString() })));
  });
  await page.goto(`/incident/${INCIDENT}`);
  await page.getByText("Live").first().waitFor();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.waitForFunction(async () => (await indexedDB.databases()).length > 0);
  return at;
}

async function until(holds, what) {
  for (let tries = 0; !(await holds()); tries += 1) assert.ok(tries < 200, what);
}

const glances = async (page) => (await kept(page)).names.filter((each) => each.startsWith("seen/"));
const MINE = `seen/${PEOPLE.wilma}/${INCIDENT}`;
const isKept = (page) => until(async () => (await glances(page)).includes(MINE) && (await kept(page)).names.includes("who"), "what was seen is kept");

/** The app from its icon, without network, so many hours later: nothing is in memory. */
async function cold(context, hours) {
  const page = await anew(context, true, NOW + hours * HOUR);
  await page.goto("/");
  return page;
}

/** A cold start so many hours later, at which nothing is left of what was seen. */
async function nothing(context, hours) {
  const page = await cold(context, hours);
  await page.waitForURL("**/report");
  await page.getByText("Er is nu geen netwerk").waitFor();
  assert.deepEqual(await glances(page), []);
  assert.doesNotMatch(await page.innerText("body"), /Hof van Twente/);
}

/** How what was seen goes from a device: each is done after it was kept, and is followed by a cold start without network. */
const GOES = {
  "who saw it signed out": async ({ page }) => {
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("button", { name: /^Afmelden/ }).click();
    await page.waitForURL("**/sign-in*");
  },
  "who saw it ended all sessions": async ({ page }) => {
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("link", { name: "Mijn toestellen" }).click();
    await page.getByRole("button", { name: /overal/i }).click();
    await page.waitForURL("**/sign-in*");
  },
  "the server ended the session, as the switch does": async ({ page, socket }) => {
    seated = null;
    await socket.close({ code: 4401 });
    await page.waitForURL("**/sign-in*");
  },
  "somebody else came": async ({ page }) => {
    seated = "kees";
    await page.goto("/tasks");
    await page.getByText("Live").first().waitFor();
  },
};

test("an incident that was seen is read from cold without network, by who saw it and as long as it may be", async (t) => {
  const context = await browser.newContext({ baseURL: site.url, viewport: SIZES.phone, locale: "nl-NL", reducedMotion: "reduce" });
  try {
    await t.test("it is kept unreadable, shown as it was, and nothing there can be changed", async () => {
      const { page: first } = await see(context, "wilma");
      await isKept(first);
      assert.doesNotMatch((await kept(first)).text, /Hof van Twente|Merel|06 11/);

      const page = await cold(context, 0.5);
      await page.getByText("Zoals vandaag om 11:42, geen verbinding.").waitFor();
      assert.equal(new URL(page.url()).pathname, `/incident/${INCIDENT}`);
      await page.getByRole("heading", { level: 1, name: "Hof van Twente" }).waitFor();
      for (const each of ["Merel", "06 11 22 33 44", "via Hengelo", "Almelo"]) await page.getByText(each).first().waitFor();
      const does = await page.locator("main").getByRole("button").allInnerTexts();
      assert.deepEqual(does, ["Wis van dit toestel"]);
      await gone(page.locator("main").locator("input, textarea, select"));
      assert.deepEqual(await violations(page), []);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/seen.png`, fullPage: true });
      await page.getByRole("link", { name: "Meld een incident" }).click();
      await page.getByRole("link", { name: "Bekijk Hof van Twente, zoals vandaag om 11:42" }).waitFor();
      await context.clock.setFixedTime(NOW + 24 * HOUR);
      await page.getByText("Hof van Twente").waitFor({ state: "detached" });
    });
    await t.test("it is gone after a day", async () => {
      await isKept((await see(context, "wilma")).page);
      await nothing(context, 24);
    });
    for (const [how, goes] of Object.entries(GOES)) {
      await t.test(`it is gone once ${how}`, async () => {
        const saw = await see(context, "wilma");
        await isKept(saw.page);
        await goes(saw);
        await until(async () => (await glances(saw.page)).length === 0, "what was seen is gone");
        await nothing(context, 0.5);
      });
    }
    await t.test("what is typed is gone after a day too where its page stays open, out of sight", async () => {
      const { page } = await see(context, "wilma");
      await page.evaluate(() => sessionStorage.setItem("noaber-draft/of-before", '{"text":"het wachtwoord"}'));
      await page.getByLabel("Schrijf in het logboek").fill("Anna belde");
      await page.goto("/report");
      await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
      await until(async () => (await kept(page)).names.includes(`report/${PEOPLE.wilma}`), "the draft is kept");
      const drafts = () => page.evaluate(() => Object.entries(sessionStorage).filter(([name]) => name.startsWith("noaber-draft")).join());
      assert.match(await drafts(), /Anna belde/);
      // To look at it once more is not to type it.
      await context.clock.setFixedTime(NOW + 23 * HOUR);
      await page.reload();
      await until(async () => (await page.getByLabel("Wie kunnen we bellen?").inputValue()) === "06 12 34 56 78", "the draft is back");
      await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
      await context.clock.setFixedTime(NOW + 24 * HOUR);
      await until(async () => !(await kept(page)).names.includes(`report/${PEOPLE.wilma}`), "the draft is gone");
      await until(async () => (await drafts()) === "", "and what was typed for the log");
    });
  } finally {
    await context.close();
  }
});
