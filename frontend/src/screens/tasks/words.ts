/** Words of what became of a tap; apart, since only the page of one's own tasks says them. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "answer.yours": "De plek is van jou.",
  "answer.thanks": "Dank je. Hieronder staat waar en wanneer.",
  "answer.reserved": "De plek is voor jou gereserveerd.",
  "answer.waits_lender": "Dit wacht op werkgever: je krijgt het hier te zien.",
  "answer.waits_borrower": "Dit wacht op aanvrager: je krijgt het hier te zien.",
  "answer.taken": "{who} was je net voor.",
  "answer.another": "Een andere gemeente",
  "answer.thanks_anyway": "Fijn dat je wilde helpen.",
  "answer.still_open": "Dit is nog nodig:",
  "answer.understood": "Oké",
};

const en: Record<keyof typeof nl, string> = {
  "answer.yours": "The slot is yours.",
  "answer.thanks": "Thank you. Below it says where and when.",
  "answer.reserved": "The slot is reserved for you.",
  "answer.waits_lender": "This waits for your employer: you will see it here.",
  "answer.waits_borrower": "This waits for the requester: you will see it here.",
  "answer.taken": "{who} was just before you.",
  "answer.another": "Another municipality",
  "answer.thanks_anyway": "Good that you wanted to help.",
  "answer.still_open": "This is still needed:",
  "answer.understood": "All right",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
