/**
 * Finds a browser for the tests, in this order: $CHROMIUM, an installed Chromium or Chrome, the one inside the npm
 * package @sparticuz/chromium (64-bit Intel Linux), unpacked once under NOABER_HOME. None is a failure, never a skip.
 */
import { execFileSync } from "node:child_process";
import { access, constants, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const HOME = process.env.NOABER_HOME ?? join(CHECKOUT, ".noaber");
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const MAC = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
const HELP =
  "No browser found. Install Chromium or Chrome, or set CHROMIUM to the path of one " +
  "(on 64-bit Intel Linux `npm ci` brings one along).";

// Never the package's own list of arguments: it switches web security off.
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--force-color-profile=srgb",
];

/** A started browser; close it when done. */
export async function launch() {
  const { path, environment } = await findBrowser();
  return chromium.launch({ executablePath: path, args: ARGUMENTS, env: { ...process.env, ...environment } });
}

/** The executable and what its environment needs. */
export async function findBrowser() {
  const installed = [process.env.CHROMIUM, ...NAMES.map(onPath), ...MAC, join(homedir(), ...MAC[0].slice(1).split("/"))];
  for (const path of installed) {
    if (path && (await runs(path))) return { path, environment: {} };
  }
  if (process.env.CHROMIUM) throw new Error(`CHROMIUM is ${process.env.CHROMIUM}, which cannot be run. ${HELP}`);
  if (process.platform !== "linux" || process.arch !== "x64") throw new Error(HELP);
  return unpacked();
}

async function unpacked() {
  const folder = join(HOME, "browser");
  const found = {
    path: join(folder, "chromium"),
    environment: { FONTCONFIG_FILE: join(folder, "fonts.conf"), LD_LIBRARY_PATH: join(folder, "al2023", "lib"), HOME },
  };
  if (await runs(found.path)) return found;
  await mkdir(HOME, { recursive: true });
  // Unpacked aside and then renamed, so that an unpacking that was cut short is never taken for a browser.
  const partial = await mkdtemp(join(HOME, "browser-"));
  const before = process.env.TMPDIR;
  process.env.TMPDIR = partial;
  try {
    const { inflate } = await import("@sparticuz/chromium");
    const packed = join(dirname(fileURLToPath(import.meta.resolve("@sparticuz/chromium"))), "..", "bin");
    for (const name of ["chromium.br", "fonts.tar.br", "al2023.tar.br"]) await inflate(join(packed, name));
    await writeFile(join(partial, "fonts.conf"), fontsIn(folder));
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw new Error(HELP, { cause: error });
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
  return found;
}

/** The package's own list of fonts names fixed folders of a cloud machine; without fonts Chromium draws no text at all. */
function fontsIn(folder) {
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<dir>${join(folder, "fonts")}</dir><dir>/usr/share/fonts</dir><cachedir>${join(folder, "fonts-cache")}</cachedir></fontconfig>`;
}

async function runs(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function onPath(name) {
  try {
    return execFileSync("which", [name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
