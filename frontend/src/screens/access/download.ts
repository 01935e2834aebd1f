/** One file of what every service keeps of somebody; put together here, so that no service reads another's. */
import { type Answer, get } from "../../api/http";
import { live } from "../../live/store.svelte";

export async function download(): Promise<Answer<object>> {
  const [person, aid] = await Promise.all([
    get<object>("/api/directory/export", "no-store"),
    get<object>("/api/aid/export", "no-store"),
  ]);
  if (!person.ok) return person;
  if (!aid.ok) return aid;
  const file = new Blob([JSON.stringify({ person: person.value, aid: aid.value, told: told() }, null, 2)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "noaber.json" });
  link.click();
  URL.revokeObjectURL(link.href);
  return aid;
}

/** What one said in reports of whom to call and who called: sealed where it is kept, so only `live` can read it out. */
function told() {
  const own = live.picture.me?.person;
  return [...live.picture.rows.incident.values()]
    .filter(({ data }) => own && data.reported_by === own)
    .map(({ id, data }) => ({ incident: id, call_back: data.call_back, on_behalf_of: data.on_behalf_of }));
}
