/** What the tests of the pages share: one server and browser per file, a page on which somebody is signed in, and axe. */
import assert from "node:assert/strict";
import { after, before } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { NOW } from "../fixtures/story.mjs";
import { launch } from "./chromium.mjs";
import { SCREENS, open, serve, stage } from "./stage.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
export const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1920, height: 1080 } };

/** Where the pages stand while the tests run. */
export let server;
let browser;

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

export const named = (name) => SCREENS.find((each) => each.name === name);

/** Opens the screen, looks at it, and sees that the page raised no error. */
export async function staged(screen, options, look) {
  const { page, context, errors, say, hangUp } = await stage(browser, server.url, { ...screen, ...options });
  try {
    await open(page, screen);
    await look(page, say, hangUp);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

/**
 * What axe has to say of WCAG 2.2 AA. Our pages have no frames, and "legacy" is axe's word for looking at one page in that
 * page itself; its other way opens a second page for every look, only to add up. Half a megabyte is read into a page once:
 * reading it takes as long as a look.
 */
export async function violations(page) {
  assert.equal(page.frames().length, 1, "a frame that axe does not look into");
  const axe = (await page.evaluate(() => "axe" in window)) ? { axeSource: "0" } : {};
  const found = await new AxeBuilder({ page, ...axe }).options({ resultTypes: ["violations"] }).withTags(TAGS).setLegacyMode().analyze();
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).join("; ")}`);
}

/** Nothing of that is on the page any more, at the latest when a page has settled. */
export const gone = (locator) => locator.first().waitFor({ state: "detached" });

/** A frame of the socket with these rows as they are now. */
export const delta = (...changed) => ({ type: "delta", cursor: "c2", at: new Date(NOW).toISOString(), changed, removed: [] });

/** Nothing for axe to say in the light and in the dark, and room for a thumb. */
export async function fits(page) {
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme });
    assert.deepEqual(await violations(page), [], scheme);
  }
  await isForThumbs(page);
}

/**
 * Nothing scrolls sideways, as it stands and at 320 px, which is 400 % of 1280 (WCAG 1.4.10). What is pressed on a phone is
 * 44 px wide and high (WCAG 2.5.5); a link in the midst of a sentence is not meant, and a tick is as big as its label.
 */
export async function isForThumbs(page) {
  const size = page.viewportSize();
  for (const seen of [size, { width: 320, height: 256 }]) {
    await page.setViewportSize(seen);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${seen.width} px: scrolls sideways by ${wider}`);
  }
  const pressed = "button, select, textarea, summary, a, input:not([type=checkbox], [type=radio]), label:has([type=checkbox], [type=radio])";
  const small = await page.$$eval(pressed, (all) => {
    // A row of a table is read as one.
    const around = (each) => each.closest("tr") ?? each.parentElement;
    const inSentence = (each) => getComputedStyle(each).display === "inline" && around(each).textContent.trim() !== each.textContent.trim();
    return all
      .filter((each) => each.checkVisibility() && !inSentence(each))
      .map((each) => [each, each.getBoundingClientRect()])
      .filter(([, { width, height }]) => Math.min(width, height) < 43.5)
      .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 90)} ${Math.round(width)} x ${Math.round(height)}`);
  });
  assert.deepEqual(small, []);
  await page.setViewportSize(size);
}
