/** Packs what a build made as tightly as brotli can, once, so that the gateway need not pack it in haste each time. */
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import type { Plugin } from "vite";

/** Fonts are packed already. */
const PACKS = /\.(js|css)$/;

export function packed(): Plugin {
  let folder = "";
  return {
    name: "noaber-packed",
    apply: "build",
    configResolved: ({ root, build }) => void (folder = join(build.outDir.startsWith("/") ? "" : root, build.outDir, "assets")),
    closeBundle() {
      for (const name of readdirSync(folder).filter((each) => PACKS.test(each))) {
        writeFileSync(join(folder, `${name}.br`), brotliCompressSync(readFileSync(join(folder, name))));
      }
    },
  };
}
