/** Takes a picture of every screen into frontend/pictures, for people to look at: `npm run pictures [name ...]`. */
import { mkdir } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./chromium.mjs";
import { SCREENS, open, serve, stage } from "./stage.mjs";

const FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), "../../pictures");
const SIZES = { phone: { width: 390, height: 844 }, wide: { width: 1920, height: 1080 } };

await mkdir(FOLDER, { recursive: true });
const wanted = process.argv.slice(2);
const { url, close } = await serve();
const browser = await launch();
try {
  for (const screen of SCREENS.filter((each) => wanted.length === 0 || wanted.includes(each.name))) {
    for (const [name, size] of Object.entries(SIZES)) {
      for (const scheme of ["wall", "tasks", "desk-hit"].includes(screen.name) ? ["light", "dark"] : ["light"]) {
        const { page, context, errors } = await stage(browser, url, { ...screen, size, scheme });
        await open(page, screen);
        await page.waitForTimeout(500);
        await page.screenshot({ path: `${FOLDER}/${screen.name}-${name}-${scheme}.png`, fullPage: screen.name !== "wall" || name === "phone" });
        if (errors.length > 0) console.error(screen.name, name, errors);
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await close();
}
console.log(`Drawn: ${FOLDER}`);
