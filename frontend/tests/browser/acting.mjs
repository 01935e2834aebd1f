/** What plays by people on a running platform share: browsers of their own, what they press and see, and steps. */
import { mkdir } from "node:fs/promises";
import { launch } from "./chromium.mjs";

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1280, height: 900 };
const PATIENCE = 20_000;

export const [port, folder] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launch();
const errors = [];

/** A page in a browser of its own; what goes wrong on it fails the play. */
export async function open(name, viewport, language = "nl-NL") {
  const context = await browser.newContext({ viewport, locale: language, timezoneId: "Europe/Amsterdam" });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(`${name}: ${error}`));
  return { name, page, context };
}

export const see = (who, text) => who.page.getByText(text).first().waitFor();
export const press = (who, name, role = "button") =>
  who.page.getByRole(role, { name, exact: typeof name === "string" }).first().click();
export const picture = (who, what, whole = true) =>
  who.page.screenshot({ path: `${folder}/${who.name}-${what}.png`, fullPage: whole });

export async function step(title, work) {
  try {
    await work();
    console.log(`ok  ${title}`);
  } catch (error) {
    for (const [number, page] of browser.contexts().flatMap((context) => context.pages()).entries()) {
      console.error(`--- ${page.url()}\n${(await page.innerText("body")).slice(0, 900)}`);
      const where = `${folder}/failed-${new URL(page.url()).hostname}-${number}.png`;
      await page.screenshot({ path: where, fullPage: true });
    }
    throw new Error(`${title}: ${error.message}`);
  }
}

/** Plays to the end. The process ends with 1 when a step failed or a page had an error. */
export async function play(main) {
  try {
    await main();
    if (errors.length > 0) throw new Error(errors.join("\n"));
  } catch (error) {
    console.error(String(error));
    process.exitCode = 1;
  } finally {
    await browser.close();
  }
}
