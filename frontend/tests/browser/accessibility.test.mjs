/** Every screen, light and dark, Dutch and English, on a phone and on a wall: no violation of WCAG 2.2 AA that axe sees. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import AxeBuilder from "@axe-core/playwright";
import { launch } from "./chromium.mjs";
import { SCREENS, open, serve, stage } from "./stage.mjs";

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1920, height: 1080 } };

let server;
let browser;

before(async () => {
  server = await serve();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

async function staged(screen, options, look) {
  const { page, context, errors } = await stage(browser, server.url, { ...screen, ...options });
  try {
    await open(page, screen);
    await look(page);
    assert.deepEqual(errors, []);
  } finally {
    await context.close();
  }
}

async function violations(page) {
  const found = await new AxeBuilder({ page }).withTags(TAGS).analyze();
  return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target.join(" ")).join("; ")}`);
}

for (const screen of SCREENS) {
  for (const [name, size] of Object.entries(SIZES)) {
    test(`${screen.name} on a ${name} has no violation in either theme and language`, async () => {
      for (const scheme of ["light", "dark"]) {
        for (const language of ["nl", "en"]) {
          await staged(screen, { size, scheme, language }, async (page) => {
            assert.equal(await page.getAttribute("html", "lang"), language);
            // What is folded away is looked at too.
            await page.evaluate(() => document.querySelectorAll("details").forEach((each) => (each.open = true)));
            assert.deepEqual(await violations(page), [], `${scheme} ${language}`);
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(wider <= 0, `${scheme} ${language}: scrolls sideways by ${wider}`);
          });
        }
      }
    });
  }
}

const named = (name) => SCREENS.find((each) => each.name === name);

test("the wall scrolls nowhere at 1920 x 1080", () =>
  staged(named("wall"), { size: SIZES.wide }, async (page) => {
    const over = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    assert.equal(over, 0);
  }));

test("buttons on a phone are at least 44 px high", async () => {
  for (const name of ["report", "tasks", "incident", "desk", "sign-in"]) {
    await staged(named(name), { size: SIZES.phone }, async (page) => {
      const small = await page.$$eval("button, select, input:not([type=checkbox]), summary", (nodes) =>
        nodes
          .filter((node) => node.checkVisibility() && node.getBoundingClientRect().height < 43.5)
          .map((node) => `${node.tagName} ${node.textContent?.trim()} ${node.getBoundingClientRect().height}`),
      );
      assert.deepEqual(small, [], name);
    });
  }
});

test("who comes too late reads who has it and what is still open", () =>
  staged(
    named("tasks"),
    {
      size: SIZES.phone,
      commands: {
        "/claim": [
          409,
          { code: "taken", status: 409, facts: { commitments: [{ id: "k", lender: "GM0141" }], open: [{ request: "r", function: "network" }] } },
        ],
      },
    },
    async (page) => {
      await page.getByRole("button", { name: "Ik help" }).first().click();
      await page.getByText("Almelo was je net voor.").waitFor();
      await page.getByText("○ Netwerk").waitFor();
      assert.deepEqual(await violations(page), []);
    },
  ));

test("a refused report says why and keeps what was typed", () =>
  staged(
    named("report"),
    {
      size: SIZES.phone,
      commands: { "/incidents": [409, { code: "since_in_future", status: 409, detail: { nl: "Dat is later dan nu.", en: "" }, facts: {} }] },
    },
    async (page) => {
      await page.getByRole("button", { name: "Meld incident" }).click();
      await page.getByText("Kies sinds wanneer").waitFor();
      await page.getByRole("button", { name: "Paspoorten" }).click();
      await page.getByRole("button", { name: "net", exact: true }).click();
      await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
      await page.getByRole("button", { name: "Meld incident" }).click();
      await page.getByText("Dat is later dan nu.").waitFor();
      assert.equal(await page.getByLabel("Wie kunnen we bellen?").inputValue(), "06 12 34 56 78");
      assert.equal(await page.getByRole("button", { name: /Paspoorten/ }).getAttribute("aria-pressed"), "true");
      assert.deepEqual(await violations(page), []);
    },
  ));
