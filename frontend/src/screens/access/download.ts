/** One file of what every service keeps of somebody; put together here, so that no service reads another's. */
import { type Answer, get } from "../../api/http";

export async function download(): Promise<Answer<object>> {
  const [person, aid] = await Promise.all([
    get<object>("/api/directory/export", "no-store"),
    get<object>("/api/aid/export", "no-store"),
  ]);
  if (!person.ok) return person;
  if (!aid.ok) return aid;
  const file = new Blob([JSON.stringify({ person: person.value, aid: aid.value }, null, 2)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(file), download: "noaber.json" });
  link.click();
  URL.revokeObjectURL(link.href);
  return aid;
}
