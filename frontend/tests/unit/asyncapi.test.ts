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

test.each([
  ["an operation on a channel that is not there", (document: any) => void (document.operations["publish-alarms"].channel.$ref = "#/channels/none")],
  ["an operation that neither sends nor receives", (document: any) => void (document.operations["publish-alarms"].action = "shout")],
])("%s is seen", async (_, break_) => {
  const document = JSON.parse(text);
  break_(document);
  expect(await said(JSON.stringify(document))).not.toEqual([]);
}, 30_000);
