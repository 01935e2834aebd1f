/** Writes the service worker of a build: which files the shell consists of, and their digests. */
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

interface Chunk {
  file: string;
  css?: string[];
  imports?: string[];
}

/** What opens without network: the page, both languages, signing in, reporting, asking, and reading an incident that was seen. */
const ENTRIES = [
  "index.html",
  "src/i18n/nl.ts",
  "src/i18n/en.ts",
  "src/screens/SignIn.svelte",
  "src/screens/report/Report.svelte",
  "src/screens/report/Help.svelte",
  "src/screens/incident/Incident.svelte",
  "src/screens/incident/AskHelp.svelte",
  "src/screens/incident/Services.svelte",
  "src/screens/incident/Log.svelte",
  "src/screens/incident/Coordinators.svelte",
  "src/screens/guests/Guests.svelte",
  "src/screens/mandates/Under.svelte",
  "src/offline/Waiting.svelte",
  "src/offline/Seen.svelte",
  "src/offline/device.ts",
] as const;

const WORKER = join(import.meta.dirname, "worker.js");

/** The files of these entries and of everything that they import at once. Throws where the build has no such entry. */
export function shellOf(manifest: Record<string, Chunk>, entries: readonly string[] = ENTRIES): string[] {
  const files = new Set<string>();
  const follow = (key: string) => {
    const chunk = manifest[key];
    if (!chunk) throw new Error(`no such entry in the build: ${key}`);
    if (files.has(chunk.file)) return;
    for (const each of [chunk.file, ...(chunk.css ?? [])]) files.add(each);
    for (const each of chunk.imports ?? []) follow(each);
  };
  for (const each of entries) follow(each);
  return ["index.html", ...[...files].sort()];
}

/** The text of the worker for these files: path -> content. */
export function workerFor(files: ReadonlyMap<string, Buffer>, source = readFileSync(WORKER, "utf8")): string {
  const digest = (content: Buffer | string) => createHash("sha384").update(content).digest("base64");
  const shell = Object.fromEntries([...files].map(([path, content]) => [`/${path}`, `sha384-${digest(content)}`]));
  const release = createHash("sha256").update(JSON.stringify(shell)).update(source).digest("hex").slice(0, 16);
  return `const RELEASE = ${JSON.stringify(release)};\nconst SHELL = ${JSON.stringify(shell)};\n${source}`;
}

export function offlineShell(): Plugin {
  let folder = "";
  return {
    name: "noaber-offline-shell",
    apply: "build",
    configResolved: ({ root, build }) => void (folder = join(build.outDir.startsWith("/") ? "" : root, build.outDir)),
    closeBundle() {
      const manifest = JSON.parse(readFileSync(join(folder, ".vite/manifest.json"), "utf8")) as Record<string, Chunk>;
      const files = new Map(shellOf(manifest).map((path) => [path, readFileSync(join(folder, path))]));
      writeFileSync(join(folder, "sw.js"), workerFor(files));
    },
  };
}
