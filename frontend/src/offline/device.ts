/** All of this device's memory in one piece, for screens that fetch it after their first picture. */
export { type Letter, outbox } from "./outbox.svelte";
export { vault } from "./vault";
export { lastHere, whoIs } from "./who.svelte";
