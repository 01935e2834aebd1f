/** Reloads, lost answers and lost sessions with a stand-in for the servers: nothing is lost, nothing is sent twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { INCIDENT, NOW } from "../fixtures/story.mjs";
import { SIZES, gone, named, server, staged, violations } from "./staged.mjs";

test("a half-typed request and log line are still there after a reload, and a second person reads neither", () =>
  staged(named("incident"), { size: SIZES.phone }, async (page) => {
    await page.getByRole("button", { name: "Nog een hulpvraag" }).click();
    await page.waitForFunction(() => document.activeElement?.tagName === "SELECT");
    await page.getByLabel("Wie heb je nodig?").selectOption("network");
    await page.getByRole("spinbutton", { name: "Hoeveel mensen?" }).fill("3");
    await page.getByLabel("Schrijf in het logboek").fill("half getypt");
    await page.reload();
    await page.getByText("Live").first().waitFor();
    assert.equal(await page.getByLabel("Wie heb je nodig?").inputValue(), "network");
    assert.equal(await page.getByRole("spinbutton", { name: "Hoeveel mensen?" }).inputValue(), "3");
    assert.equal(await page.getByLabel("Schrijf in het logboek").inputValue(), "half getypt");
    await page.getByRole("button", { name: "Nee, toch niet" }).first().click();
    await page.waitForFunction(() => document.activeElement?.textContent.trim() === "Nog een hulpvraag");
    await page.getByText("Menu", { exact: true }).click();
    await page.getByRole("button", { name: /^Afmelden/ }).click();
    await page.getByRole("button", { name: /^Wilma/ }).click();
    await page.getByLabel("Schrijf in het logboek").waitFor();
    assert.equal(await page.getByLabel("Schrijf in het logboek").inputValue(), "");
  }));

test("a report that was sent before its answer got lost leads to its incident", () => {
  const ids = [];
  const answer = ({ id }) => {
    ids.push(id);
    return ids.length === 1 ? [503, { code: "unavailable", detail: null, facts: {} }] : [409, { code: "exists", detail: null, facts: {} }];
  };
  return staged(named("report"), { size: SIZES.phone, commands: { "/incidents": answer } }, async (page) => {
    await page.getByRole("button", { name: "net", exact: true }).click();
    await page.getByLabel("Wie kunnen we bellen?").fill("06 12 34 56 78");
    await page.getByRole("button", { name: "Meld incident" }).click();
    await page.getByText("Wat je invulde staat er nog").waitFor();
    await page.reload();
    await page.getByText("Live").first().waitFor();
    await page.waitForFunction(() => document.querySelector("input[type=tel]")?.value === "06 12 34 56 78");
    await page.getByRole("button", { name: "Meld incident" }).click();
    await page.waitForURL(`**/incident/${ids[0]}`);
    assert.deepEqual(new Set(ids), new Set([ids[0]]));
  });
});

test("whoever is signed out by the server is led to sign-in", () =>
  staged(named("tasks"), { size: SIZES.phone }, async (page, _say, hangUp) => {
    await hangUp(4401);
    await page.getByRole("heading", { name: "Kies wie je bent" }).waitFor();
  }));

test("whoever lost the session comes back to the page and the words they were at", () =>
  staged({ name: "lost", who: "ruud", path: `/incident/${INCIDENT}` }, { size: SIZES.phone }, async (page, _say, hangUp) => {
    await page.getByLabel("Schrijf in het logboek").fill("half getypt");
    await hangUp(4401);
    await page.getByRole("button", { name: /^Ruud/ }).click();
    await page.getByLabel("Schrijf in het logboek").waitFor();
    assert.equal(new URL(page.url()).pathname, `/incident/${INCIDENT}`);
    assert.equal(await page.getByLabel("Schrijf in het logboek").inputValue(), "half getypt");
  }));

test("whoever opens a page before signing in is led to it afterwards, never to another site", async () => {
  for (const [asked, came] of [["/wall", "/wall"], ["/sign-in?to=https://example.org/wall", "/tasks"], ["/sign-in?to=//example.org", "/tasks"]]) {
    await staged({ name: "before", who: null, path: asked }, { size: SIZES.wide }, async (page) => {
      await page.getByRole("button", { name: /^Joris/ }).click();
      await page.waitForURL((url) => !url.pathname.startsWith("/sign-in"));
      await page.waitForURL(`${server.url}${came}`);
    });
  }
});

test("a claim that is still being sent survives a reload and is answered once; one that is too old says so", async () => {
  const commands = { "/claim": [503, { code: "unavailable" }] };
  await staged(named("tasks"), { size: SIZES.phone, commands }, async (page) => {
    const keys = [];
    page.on("request", (request) => request.url().endsWith("/claim") && keys.push(request.headers()["idempotency-key"]));
    const sending = page.getByText("Je toezegging wordt verstuurd …");
    await page.getByRole("button", { name: "Ik help" }).click();
    await sending.waitFor();
    await page.reload();
    await sending.waitFor();
    await gone(page.getByRole("button", { name: "Ik help" }));
    commands["/claim"] = [200, { row: null, rows: [] }];
    await page.getByText("De plek is van jou.").waitFor();
    assert.equal(new Set(keys).size, 1);
    commands["/claim"] = [503, { code: "unavailable" }];
    await page.getByRole("button", { name: "Ik help" }).click();
    await sending.waitFor();
    await page.clock.setFixedTime(new Date(NOW + 11 * 60_000));
    await page.reload();
    await page.getByText("Op je toezegging kwam tien minuten lang geen antwoord.").waitFor();
    assert.deepEqual(await violations(page), []);
  });
});
