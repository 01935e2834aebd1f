/** The main job without a mouse, with a stand-in for the servers: Tab, Enter and Space are enough. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { incident, request, rowsOf } from "../fixtures/story.mjs";
import { SIZES, named, staged, violations } from "./staged.mjs";

/** The accessible name of what has the focus, and how it is seen that it has. */
const focused = (page) =>
  page.evaluate(() => {
    const node = document.activeElement;
    const style = getComputedStyle(node);
    const { left, right, top, bottom } = node.getBoundingClientRect();
    const over = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    const light = (colour) => {
      const [red, green, blue] = colour.match(/\d+/g).map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    };
    const [low, high] = [light(style.outlineColor), light(getComputedStyle(document.body).backgroundColor)].sort((a, b) => a - b);
    return {
      name: (node.getAttribute("aria-label") ?? node.labels?.[0]?.innerText ?? node.innerText).trim(),
      body: node === document.body,
      ring: style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2 && high / low >= 3,
      box: [left, top, right, bottom].map(Math.round).join(" "),
      inSight: over !== null && (node.contains(over) || over.contains(node) || [...(node.labels ?? [])].some((each) => each.contains(over))),
    };
  });

/**
 * What has the focus, once it is in sight. What a page still loads may push it away after the browser brought it there, and
 * nothing brings it back by itself: whoever comes to the same stop again sees it, unless something lies over it.
 */
async function seen(page) {
  const until = Date.now() + 1000;
  let first = await focused(page);
  while (!first.body && !first.inSight && Date.now() < until) {
    await page.evaluate(() => new Promise(requestAnimationFrame));
    first = await focused(page);
  }
  if (first.body || first.inSight) return first;
  await page.keyboard.press("Shift+Tab");
  await page.keyboard.press("Tab");
  const again = await focused(page);
  assert.equal(again.name, first.name, "there and back is not the same stop");
  return again;
}

/** Presses Tab until that name has the focus; at every stop it must be seen where one is. */
async function tabTo(page, name) {
  const passed = [];
  for (let presses = 0; presses < 150; presses += 1) {
    await page.keyboard.press("Tab");
    const at = await seen(page);
    // Between the last and the first stop the focus is the browser's own.
    if (at.body) continue;
    assert.ok(at.ring, `no ring around "${at.name}" after ${passed.join(" | ")} on the way to ${name}`);
    assert.ok(at.inSight, `"${at.name}" has the focus out of sight, at ${at.box}`);
    if (name.test(at.name)) return;
    passed.push(at.name);
  }
  assert.fail(`${name} is not reached by Tab, only ${passed.join(" | ")}`);
}

async function press(page, name, key = "Enter") {
  await tabTo(page, name);
  await page.keyboard.press(key);
}

for (const [scheme, size] of [["light", SIZES.wide], ["dark", SIZES.phone]]) {
  test(`without a mouse one reports, asks and claims, and always sees the focus (${scheme}, ${size.width} px)`, async () => {
    const reported = ({ id }) => [200, { row: { ...incident(), id, data: { ...incident().data, id } }, rows: [] }];
    const askedFor = ({ id, incident: of, function: wanted, number }) => {
      const made = request(91, wanted, 6, [0, 0, number], { incident: of, state: "provisional", confirmed: null });
      return [200, { row: { ...made, id, data: { ...made.data, id } }, rows: [] }];
    };
    const [mine] = rowsOf("joris").filter((each) => each.kind === "commitment");
    const commands = { "/aid/incidents": reported, "/aid/requests": askedFor, "/claim": [200, { row: mine, rows: [] }] };
    const wide = size === SIZES.wide;
    await staged(named("sign-in"), { size, scheme, commands }, async (page) => {
      await page.getByRole("button", { name: /^Wilma/ }).waitFor();
      await press(page, /^Wilma/);
      await page.getByText("Live").first().waitFor();
      if (!wide) await press(page, /^Menu/);
      await press(page, /^Incident melden/);
      await page.getByLabel("Wie kunnen we bellen?").waitFor();
      await press(page, /Paspoorten/, "Space");
      await press(page, /^net$/, "Space");
      await tabTo(page, /^Wie kunnen we bellen/);
      await page.keyboard.type("06 12 34 56 78");
      assert.deepEqual(await violations(page), []);
      await press(page, /^Meld incident/);
      await page.waitForURL(/\/incident\/(?!.*000000000001$)/);
      await press(page, /^Vraag hulp/);
      await page.waitForFunction(() => document.activeElement?.tagName === "SELECT");
      await page.keyboard.type("Netw");
      await press(page, /^Eén meer/, "Space");
      await press(page, /^over 8 uur|^over 6 uur/, "Space");
      assert.deepEqual(await violations(page), []);
      await press(page, /^Vraag voorlopig/);
      await page.getByText("Voorlopig: nog niemand is gevraagd.").first().waitFor();
      assert.ok((await focused(page)).ring, "the focus is lost when the form closes");
      if (!wide) await press(page, /^Menu/);
      await press(page, /^Afmelden/);
      await page.getByRole("button", { name: /^Joris/ }).waitFor();
      await press(page, /^Joris/);
      await page.getByRole("button", { name: "Ik help" }).waitFor();
      await press(page, /^Ik help/, "Space");
      await page.getByText("De plek is van jou.").waitFor();
      assert.deepEqual(await violations(page), []);
    });
  });
}
