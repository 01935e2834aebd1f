/** Puts the page in its place, and fetches after the first picture what may come late. */
import "./styles/tokens.css";
import "./styles/components.css";
import "./styles/theme.css";
import "./styles/page.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { words } from "./i18n/index.svelte";
import { router } from "./router.svelte";

const target = document.getElementById("app");
if (!target) throw new Error("the page has no place for the app");
await words.start();
router.start();
mount(App, { target });
// After the first picture: the typeface may come late, never the page.
// Without network the device's own typeface stays.
const typeface = () => void setTimeout(() => import("./styles/font.css").catch(() => undefined), 200);
// Later still: what is kept for a time without network may not make the first page wait.
const keepShell = (ms: number) => void setTimeout(() => void navigator.serviceWorker?.register("/sw.js"), ms);
// Who comes with a card is in a hurry, on a line that is perhaps slow: there nothing may stand in the way of the form.
const hurried = router.parts[0] === "card";
const later = () => {
  if (!hurried) typeface();
  keepShell(hurried ? 120_000 : 3_000);
};
if (document.readyState === "complete") later();
else addEventListener("load", later);
