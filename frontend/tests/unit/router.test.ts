import { describe, expect, test } from "vitest";
import { signInFrom, wayBack } from "../../src/router.svelte";

describe("after signing in", () => {
  test.each(["/incident/01936b1c-7000-7000-8000-000000000001", "/wall", "/desk"])("one is back at %s", (path) =>
    expect(wayBack(new URL(signInFrom(path), location.origin).search)).toBe(path),
  );

  test.each([
    "https://example.org/wall",
    "//example.org/wall",
    "/\\example.org/wall",
    "/.//example.org/wall",
    "\t//example.org",
    "javascript:alert(1)",
    "http://",
    "/sign-in?to=/sign-in",
    "wall",
    "",
  ])("%j leads to one's own first page", (to) => expect(wayBack(`?to=${encodeURIComponent(to)}`)).toBe("/"));

  test("one who came to no page in particular gets a plain address", () => {
    expect(signInFrom("/")).toBe("/sign-in");
    expect(wayBack("")).toBe("/");
  });
});
