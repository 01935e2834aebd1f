// @vitest-environment node
/** The AsyncAPI document of topics and websocket, held against the standard by its official parser. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Parser } from "@asyncapi/parser";
import { beforeAll, expect, test } from "vitest";

const FILE = fileURLToPath(new URL("../../public/reference/asyncapi.json", import.meta.url));
const text = readFileSync(FILE, "utf8");
const parser = new Parser();

const said = async (document: string) => {
  const { diagnostics } = await parser.parse(document);
  return diagnostics.map((each) => `${each.path.join(".")}: ${each.message}`);
};

beforeAll(async () => void (await parser.parse("{}")), 30_000);

test("the official parser has nothing to say of the document", async () => {
  expect(await said(text)).toEqual([]);
}, 30_000);

test("an example that does not fit its shape is seen", async () => {
  const document = JSON.parse(text);
  document.components.messages["alarm.v1"].examples[0].payload.due = 12;
  expect((await said(JSON.stringify(document))).join()).toMatch(/due/);
}, 30_000);

test("a header that is missing from an example is seen", async () => {
  const document = JSON.parse(text);
  delete document.components.messages["alarm.v1"].examples[0].headers.ce_epoch;
  expect((await said(JSON.stringify(document))).join()).toMatch(/ce_epoch/);
}, 30_000);
