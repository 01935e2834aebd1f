/**
 * From an unknown phone with a sealed card to a sent request for help: `node minute.mjs <what is given, as JSON>`.
 *
 * Given: link (what the QR code holds), name (who comes), phones (address of the simulated telephones), slow (slow 4G,
 * a slow phone and a person who takes time; else nothing waits), strip (where the film strip goes, or null).
 * The last line it says is JSON: seconds, person_seconds, taps, typed, swipes, received and sent (bytes).
 */
import { deflateRawSync } from "node:zlib";
import { launch } from "./chromium.mjs";
import { person } from "./person.mjs";

const given = JSON.parse(process.argv[2]);
const PHONE = { width: 390, height: 844 };
/** Lighthouse calls 400 ms and 400 kbit/s slow 4G's poorer half; a mid-range phone has a quarter of this processor. */
const LINE = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 };
const CPU_TIMES_SLOWER = 4;
/** From the first ring until it is at the ear. */
const RINGS_MS = 3_000;
const PATIENCE_MS = 60_000;

const { count, takes, reach, tap, type, keys, hears } = person({ hand: "thumb", height: PHONE.height, waits: given.slow });
const line = { received: 0, sent: 0 };
const pictures = [];
let began = 0;

const button = (page, name) => page.getByRole("button", { name, exact: typeof name === "string" });

async function picture(page, title) {
  if (!given.strip) return;
  const at = Math.round((performance.now() - began) / 1000);
  pictures.push({ title, at, image: (await page.screenshot()).toString("base64") });
}

/** The browser tells a frame as it is after unpacking; live packs each by itself, in haste, behind a head of four bytes. */
const packed = (text) => 4 + deflateRawSync(text, { level: 1 }).length;

/** Counts what comes and goes, headers and the websocket's messages included. */
async function watch(wire) {
  await wire.send("Network.enable");
  wire.on("Network.responseReceived", ({ type }) => {
    if (type === "Document" && began === 0) began = performance.now();
  });
  wire.on("Network.loadingFinished", ({ encodedDataLength }) => (line.received += encodedDataLength));
  wire.on("Network.requestWillBeSent", ({ request }) => (line.sent += (request.postData ?? "").length));
  wire.on("Network.requestWillBeSentExtraInfo", ({ headers }) => (line.sent += JSON.stringify(headers).length));
  wire.on("Network.webSocketHandshakeResponseReceived", ({ response }) => (line.received += (response.headersText ?? "").length));
  wire.on("Network.webSocketFrameReceived", ({ response }) => (line.received += packed(response.payloadData)));
  wire.on("Network.webSocketFrameSent", ({ response }) => (line.sent += Buffer.byteLength(response.payloadData)));
}

/** The phone that was registered rings, is taken, and gets the six digits. Taking it is a tap, the digits are typed. */
async function answer(code) {
  let ringing;
  const end = performance.now() + PATIENCE_MS;
  while (!ringing) {
    if (performance.now() > end) throw new Error("no phone rang");
    const { calls } = await (await fetch(`${given.phones}/simulated/calls`)).json();
    ringing = calls.find((each) => each.status === "ringing");
    if (!ringing) await new Promise((done) => setTimeout(done, 100));
  }
  const press = (verb, body) => fetch(`${given.phones}/simulated/calls/${ringing.sid}/${verb}`, { method: "POST", body, redirect: "manual" });
  await takes(RINGS_MS);
  count.taps += 1;
  await press("answer");
  await hears(ringing.says);
  await keys(code);
  await press("keys", new URLSearchParams({ keys: code }));
}

async function walk(page) {
  // The camera shows the link of the QR code; a tap on it opens the page.
  count.taps += 1;
  await page.goto(given.link, { waitUntil: "commit" });
  const name = page.getByLabel("Wie ben je?");
  await name.waitFor();
  await picture(page, "Kaart gescand");
  await tap(name);
  await type(name, given.name);
  await picture(page, "Naam getypt");
  await tap(button(page, "Bel mij op mijn eigen nummer"));
  const code = page.getByText(/^\d{3} \d{3}$/);
  await code.waitFor();
  await picture(page, "Code; de telefoon gaat");
  await answer((await code.innerText()).replace(" ", ""));
  await tap(button(page, /Paspoorten/));
  await picture(page, "Binnen");
  await tap(button(page, "net"));
  const phone = page.getByLabel("Wie kunnen we bellen?");
  await tap(phone);
  await type(phone, "0612345678");
  const wake = button(page, "ja, nu wekken");
  await page.getByLabel("Vraag meteen hulp").waitFor();
  if (await wake.isVisible()) await tap(wake);
  const send = button(page, "Meld en vraag hulp");
  await reach(send);
  await picture(page, "Ingevuld");
  await tap(send);
  await page.getByRole("heading", { name: "Verzonden" }).waitFor();
  const seconds = (performance.now() - began) / 1000;
  await picture(page, "Verzonden");
  return seconds;
}

/** One picture of all, drawn by the browser itself. */
async function film(browser) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 500 } });
  const frames = pictures.map(({ title, at, image }) => `<figure><img src="data:image/png;base64,${image}"><figcaption><b>${at} s</b> ${title}</figcaption></figure>`);
  await page.setContent(`<style>body{margin:0;background:#fff;font:13px system-ui,sans-serif}main{display:flex;gap:12px;padding:12px;width:max-content}
figure{margin:0;width:180px}img{width:178px;border:1px solid #999;border-radius:8px}figcaption{padding:6px 2px}</style><main>${frames.join("")}</main>`);
  await page.locator("main").screenshot({ path: given.strip });
}

const browser = await launch();
const context = await browser.newContext({ viewport: PHONE, locale: "nl-NL", timezoneId: "Europe/Amsterdam", hasTouch: true, isMobile: true });
context.setDefaultTimeout(PATIENCE_MS);
const page = await context.newPage();
try {
  const wire = await context.newCDPSession(page);
  await watch(wire);
  if (given.slow) {
    await wire.send("Network.emulateNetworkConditions", LINE);
    await wire.send("Emulation.setCPUThrottlingRate", { rate: CPU_TIMES_SLOWER });
  }
  const seconds = await walk(page);
  if (given.strip) await film(browser);
  const { taps, typed, swipes, personMs } = count;
  console.log(JSON.stringify({ seconds, person_seconds: personMs / 1000, taps, typed, swipes, ...line }));
} catch (error) {
  console.error(`${error}\n--- ${page.url()}\n${(await page.innerText("body")).slice(0, 900)}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
