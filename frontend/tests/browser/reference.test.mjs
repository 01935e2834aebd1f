/** The reference for developers in a browser, under the gateway's policy: on a phone and wide, light and dark, by keyboard. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./chromium.mjs";
import { serve } from "./stage.mjs";
import { SIZES, fits } from "./staged.mjs";

const PAGES = { reference: "/reference/index.html", events: "/reference/events.html" };

let site;
let browser;

before(async () => {
  site = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await site?.close();
});

/** Opens a page; nothing may be refused by the policy, fail, or come from elsewhere. */
async function opened(path, size, look) {
  const context = await browser.newContext({ baseURL: site.url, viewport: SIZES[size] });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(8_000);
    const wrong = [];
    page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
    page.on("request", (request) => request.url().startsWith(site.url) || wrong.push(request.url()));
    page.on("response", (answer) => answer.ok() || wrong.push(`${answer.status()} ${answer.url()}`));
    await page.goto(path);
    await look(page);
    assert.deepEqual(wrong, []);
  } finally {
    await context.close();
  }
}

for (const [name, path] of Object.entries(PAGES)) {
  for (const size of ["phone", "wide"]) {
    test(`${name} can be read: ${size}`, () =>
      opened(path, size, async (page) => {
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
        await fits(page);
        await page.emulateMedia({ colorScheme: "light" });
        if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}-${size}.png` });
      }));
  }
}

test("a route opens by keyboard, and its shapes are one step away", () =>
  opened(PAGES.reference, "phone", async (page) => {
    const route = page.locator("details", { hasText: "/api/aid/requests/{target}/claim" });
    await route.locator("summary").focus();
    await page.keyboard.press("Enter");
    await route.getByRole("link", { name: "Claim", exact: true }).click();
    assert.equal(new URL(page.url()).hash, "#aid-Claim");
    await page.getByRole("heading", { name: "Claim", exact: true }).waitFor();
    if (process.env.PICTURES) {
      await page.screenshot({ path: `${process.env.PICTURES}/reference-shape-phone.png` });
      await route.scrollIntoViewIfNeeded();
      await route.screenshot({ path: `${process.env.PICTURES}/reference-route-phone.png` });
    }
  }));

test("an event shows its example", () =>
  opened(`${PAGES.events}#help_request`, "wide", async (page) => {
    const example = page.locator("#help_request ~ details").first();
    await example.locator("summary").click();
    await example.getByText("nl.noaber.help_request.v1").waitFor();
    await fits(page);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/events-example-wide.png` });
  }));
