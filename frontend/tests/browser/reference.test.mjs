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

/** Whether the cells of a row stand under each other; beside each other they would be columns of one word on a phone. */
const cellsBelowEachOther = (page) =>
  page.$eval("td + td:not(:empty)", (second) => second.getBoundingClientRect().top >= second.previousElementSibling.getBoundingClientRect().bottom);

for (const [name, path] of Object.entries(PAGES)) {
  for (const size of ["phone", "wide"]) {
    test(`${name} can be read: ${size}`, () =>
      opened(path, size, async (page) => {
        assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
        assert.equal(await cellsBelowEachOther(page), size === "phone");
        await fits(page);
        await page.emulateMedia({ colorScheme: "light" });
        if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/${name}-${size}.png` });
      }));
  }
}

test("a route opens by keyboard, and its shapes are one step away", () =>
  opened(PAGES.reference, "phone", async (page) => {
    const route = page.locator("details", { hasText: "/api/aid/requests/{target}/claim" });
    await page.keyboard.press("Tab");
    await route.locator("summary").focus();
    assert.equal(await route.locator("summary").evaluate((each) => getComputedStyle(each).outlineStyle), "solid");
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

test("the two pages lead to each other, and each says which one it is", () =>
  opened(PAGES.reference, "phone", async (page) => {
    const pages = page.getByRole("navigation", { name: "Reference" });
    const here = pages.locator("[aria-current=page]");
    assert.equal(await here.textContent(), "HTTP and websocket");
    await pages.getByRole("link", { name: "Events" }).click();
    await page.getByRole("heading", { level: 1, name: "Events" }).waitFor();
    assert.equal(await here.textContent(), "Events");
    // The gateway finds the page of a folder; here it is named.
    assert.equal(await pages.getByRole("link", { name: "HTTP and websocket" }).getAttribute("href"), "/reference/");
  }));

for (const size of ["phone", "wide"]) {
  test(`an event shows its example: ${size}`, () =>
    opened(`${PAGES.events}#help_request`, size, async (page) => {
      const example = page.locator("#help_request ~ details").first();
      await example.locator("summary").click();
      await example.getByText("nl.noaber.help_request.v1").waitFor();
      await fits(page);
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/events-example-${size}.png` });
    }));
}
