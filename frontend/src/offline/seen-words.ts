/** Words around an incident as it was last seen; apart, since they are read without network alone. */
import { speaker } from "../i18n/index.svelte";

const nl = {
  "as": "Zoals {date} om {time}, geen verbinding.",
  "read": "Je kunt lezen wat je toen zag, en niets veranderen. Zodra er verbinding is, staat hier het nieuwste.",
  "kept": "Versleuteld bewaard op dit toestel. Na een dag, of als je afmeldt, is het gewist.",
  "look": "Bekijk {title}, zoals {date} om {time}",
  "report": "Meld een incident",
  "wipe": "Wis van dit toestel",
};

const en: Record<keyof typeof nl, string> = {
  "as": "As it was {date} at {time}, no connection.",
  "read": "You can read what you saw then, and change nothing. As soon as there is a connection, the newest stands here.",
  "kept": "Kept encrypted on this device. After a day, or when you sign out, it is wiped.",
  "look": "Look at {title}, as it was {date} at {time}",
  "report": "Report an incident",
  "wipe": "Wipe from this device",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
