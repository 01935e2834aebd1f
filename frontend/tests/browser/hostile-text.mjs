/**
 * Every screen of a running platform whose texts are scripts and markup: `node hostile-text.mjs <port> <stories.json>`.
 * The stories are [{host, person, path, text}]. Ends with 1 when anything was executed, or a text is not shown as it is.
 */
import { readFile } from "node:fs/promises";
import { launch } from "./chromium.mjs";

const [port, file] = process.argv.slice(2);
const stories = JSON.parse(await readFile(file, "utf8"));
const browser = await launch();
const wrong = [];

for (const { host, person, path, text } of stories) {
  const origin = `http://${host}.localhost:${port}`;
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "nl-NL" });
  context.setDefaultTimeout(20_000);
  const asked = new Set();
  context.on("request", (request) => asked.add(new URL(request.url()).origin));
  const page = await context.newPage();
  const where = `${host} at ${path}`;
  page.on("dialog", (dialog) => {
    wrong.push(`${where}: a dialog, ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => wrong.push(`${where}: ${error}`));
  page.on("console", (line) => {
    if (/content security policy/i.test(line.text())) wrong.push(`${where}: ${line.text()}`);
  });
  const entered = await page.goto(`${origin}/sign-in`);
  const policy = entered.headers()["content-security-policy"] ?? "";
  if (!policy.includes("default-src 'self'") || policy.includes("unsafe")) wrong.push(`${where}: policy ${policy}`);
  await page.evaluate(
    async (person) => {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() };
      const body = JSON.stringify({ person });
      await fetch("/api/directory/demo/sign-in", { method: "POST", headers, body });
    },
    person,
  );
  await page.goto(`${origin}${path}`);
  try {
    if (text) await page.getByText(text).first().waitFor({ state: "attached" });
    else await page.locator("main").first().waitFor();
  } catch {
    wrong.push(`${where}: ${text} is not shown; ${(await page.innerText("body")).slice(0, 400)}`);
  }
  await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
  // What loads or fires late has a turn of its own.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100))));
  const harm = await page.evaluate(() => ({
    executed: window.executed ?? null,
    planted: document.querySelectorAll("[data-planted], iframe, object, embed, base, main form[action], main svg[onload]").length,
    handlers: [...document.querySelectorAll("main *")].filter((each) => each.getAttributeNames().some((n) => n.startsWith("on"))).length,
    links: [...document.querySelectorAll("a")].filter((each) => /^(javascript|data):/i.test(each.getAttribute("href") ?? "")).length,
  }));
  if (harm.executed || harm.planted || harm.handlers || harm.links) wrong.push(`${where}: ${JSON.stringify(harm)}`);
  const elsewhere = [...asked].filter((each) => each !== origin && !each.startsWith("data:") && each !== "null");
  if (elsewhere.length) wrong.push(`${where}: asked ${elsewhere}`);
  console.log(`ok  ${where}`);
  await context.close();
}
await browser.close();
for (const each of wrong) console.error(each);
process.exit(wrong.length ? 1 : 0);
