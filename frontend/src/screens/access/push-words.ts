/** Words about messages that a device shows. */
import { speaker } from "../../i18n/index.svelte";

const nl = {
  "push.title": "Meldingen op dit toestel",
  "push.lead":
    "Noaber belt en sms't je altijd. Hier krijg je dezelfde berichten ook als melding. Daarin staat geen naam, code of organisatie.",
  "push.vendor":
    "De maker van je browser (Google, Apple, Microsoft of Mozilla) ziet dat dit toestel een melding van Noaber kreeg, en wanneer. Niet wat erin staat.",
  "push.cannot": "Deze browser kan geen meldingen tonen. Op een iPhone: zet Noaber eerst op je beginscherm en open het daar.",
  "push.on": "Zet meldingen aan",
  "push.off": "Zet meldingen uit",
  "push.is_on": "Dit toestel toont meldingen, sinds {when}.",
  "push.others": "Ook meldingen op",
  "push.other": "een toestel van {when}, via {service}",
  "push.off_there": "Zet meldingen uit op het toestel van {when}",
};

const en: Record<keyof typeof nl, string> = {
  "push.title": "Notifications on this device",
  "push.lead":
    "Noaber always calls and texts you. Here you get the same messages as notifications too. They hold no name, code or organisation.",
  "push.vendor":
    "The maker of your browser (Google, Apple, Microsoft or Mozilla) sees that this device got a notification from Noaber, and when. Not what it says.",
  "push.cannot": "This browser cannot show notifications. On an iPhone: first put Noaber on your home screen and open it there.",
  "push.on": "Switch notifications on",
  "push.off": "Switch notifications off",
  "push.is_on": "This device shows notifications, since {when}.",
  "push.others": "Notifications also on",
  "push.other": "a device of {when}, through {service}",
  "push.off_there": "Switch notifications off on the device of {when}",
};

/** Both, for the test that holds them side by side. */
export const DICTIONARIES = { nl, en };

export const said = speaker(DICTIONARIES);
