/** What is typed goes from this device after a day, in this tab too: a browser brings one back after weeks. */
import { PREFIX, youngAt } from "../ui/drafts";
import { vault } from "./vault";

/** Takes away what is older, whoever's it is. */
export function sweep(): void {
  void vault.sweep();
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(PREFIX) && !youngAt(name)) sessionStorage.removeItem(name);
}
