import { expect, test } from "vitest";
import { idOf } from "../../src/screens/access/push";

test("names this browser as the directory does (tests/unit/directory/test_devices.py has the same)", async () => {
  const person = "00000000-0000-0000-0000-000000000001";
  expect(await idOf(person, "https://fcm.googleapis.com/fcm/send/1")).toBe("34d68bb6-fa94-ece9-a7a1-74255351ddeb");
});
