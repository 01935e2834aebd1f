import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

test("the lock names no address, so that any registry may serve it", () => {
  expect(readFileSync(join(ROOT, "package-lock.json"), "utf8")).not.toContain('"resolved"');
});

test("every version is exact", () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const all = [...Object.values(dependencies), ...Object.values(devDependencies)];
  expect(all.filter((each) => !/^\d+\.\d+\.\d+$/.test(each))).toEqual([]);
  expect(devDependencies["typescript"]).toBe("5.9.3");
});
